/** One request to a receiver: bounded in time and in what is read back, sent to where it was configured and nowhere else. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { allowedLookup, isRefusedAddress, refusedError } from './addresses.ts';

/** What is sent. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The whole exchange may take so long, in milliseconds. */
  readonly withinMs: number;
  /** Ends the request at once. */
  readonly signal: AbortSignal;
}

/**
 * What came of it. `reason` holds a status or a code of the network, never what the other side wrote; `retryAfterMs` is
 * what it asked for.
 */
export type PostOutcome =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number };

/** More of an answer is not read: only its status counts. */
const maxAnswerBytes = 16 * 1024;
const maxAnswerHeaderBytes = 8 * 1024;

/** Sends one request. Never throws. Redirects are not followed: they would carry PINs to where nobody configured them. */
export async function post(message: Post): Promise<PostOutcome> {
  // Not AbortSignal.any: on Node 20 a signal that lives long remembers every request it was ever combined with.
  const ending = new AbortController();
  const end = (): void => ending.abort();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    end();
  }, message.withinMs);
  message.signal.addEventListener('abort', end, { once: true });
  if (message.signal.aborted) end();
  try {
    return judge(await exchange(message, ending.signal));
  } catch (error) {
    return { kind: 'failed', reason: isLate ? 'no answer in time' : codeOf(error), retryAfterMs: 0 };
  } finally {
    clearTimeout(deadline);
    message.signal.removeEventListener('abort', end);
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

function judge({ status, retryAfter }: Answer): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'confirmed' };
  if (status === 410) return { kind: 'unwanted' };
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  const note = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return { kind: 'failed', reason: `HTTP ${status}${note}`, retryAfterMs: seconds * 1_000 };
}

/** Resolves with the status once the answer has ended, or as much of it as anybody wants to read. */
function exchange({ url, headers, body }: Post, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    // An address that is written out is never looked up.
    if (isIP(host) !== 0 && isRefusedAddress(host)) return reject(refusedError());
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      // A connection of its own: one that was kept may be closed by the other side just as it is used again.
      agent: false,
      lookup: allowedLookup,
      maxHeaderSize: maxAnswerHeaderBytes,
      signal,
    });
    let settle: ((error: Error) => void) | null = null;
    // Stays attached: what breaks after the status has come changes nothing.
    request.on('error', (error) => (settle ?? reject)(error));
    request.once('response', (response) => {
      let bytes = 0;
      const end = (): void => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
        request.destroy();
      };
      settle = end;
      response.on('error', end);
      response.on('close', end);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) end();
      });
    });
    request.end(body);
  });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}
