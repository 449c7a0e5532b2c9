/**
 * Forms with files, read before anything else looks at them. Whatever is wrong with a file, the fields are kept: what a
 * person typed is shown to them again. Bounds hold while bytes arrive, so that no sending fills the memory.
 */
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CheckedProof } from '../../store/incident-proofs.ts';
import { checkProof, maxFileBytes, maxFiles, maxTotalBytes, type ProofTrouble } from './proof-check.ts';

/** What went wrong with the files, by name. Empty when nothing did. */
export interface UploadTrouble {
  readonly fileName: string;
  readonly trouble: ProofTrouble | 'tooMany' | 'tooMuch';
}

/** A form as it was sent, its files not yet looked into. */
interface Received {
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
  readonly troubles: readonly UploadTrouble[];
}

/** Files that may be kept, and what was wrong with the others. */
export interface Upload {
  readonly proofs: readonly CheckedProof[];
  readonly troubles: readonly UploadTrouble[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The files of a form; null for a request that is none. */
    received: Received | null;
  }
}

/** Past this a sending is broken off, whatever it holds. */
const cutOffBytes = 64 * 1024 * 1024;
/** Sendings that are read at one time: their files are in memory. */
const mostAtOnce = 4;
let underWay = 0;

/** Adds the parser and the hook that fills `request.body` and `request.received`. Once per server. */
export async function addUploads(app: FastifyInstance): Promise<void> {
  await app.register(multipart, {
    limits: { fieldNameSize: 60, fieldSize: 20_000, fields: 40, files: 20, parts: 60, fileSize: maxFileBytes + 1 },
    throwFileSizeLimit: false,
  });
  app.decorateRequest('received', null);
}

/** For `preValidation` of routes that take files: behind recognition, before the defence of forms. */
export async function receiveUpload(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return;
  if (Number(request.headers['content-length'] ?? 0) > cutOffBytes || underWay >= mostAtOnce) {
    const tooLarge = underWay < mostAtOnce;
    throw Object.assign(new Error('upload refused'), { statusCode: tooLarge ? 413 : 503 });
  }
  underWay += 1;
  try {
    await receive(request);
  } finally {
    underWay -= 1;
  }
}

async function receive(request: FastifyRequest): Promise<void> {
  const fields = new Map<string, string>();
  const files: { readonly name: string; readonly bytes: Buffer }[] = [];
  const troubles: UploadTrouble[] = [];
  let totalBytes = 0;
  let seenBytes = 0;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
      continue;
    }
    const name = (part.filename ?? '').slice(0, 300);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const isWanted = files.length < maxFiles;
    for await (const chunk of part.file) {
      bytes += chunk.length;
      seenBytes += chunk.length;
      if (seenBytes > cutOffBytes) throw Object.assign(new Error('upload cut off'), { statusCode: 413 });
      // What is too much is read to its end and forgotten: the browser shows the answer only behind it.
      if (isWanted && bytes <= maxFileBytes && totalBytes + bytes <= maxTotalBytes) chunks.push(chunk);
    }
    // A file field that was left empty is sent all the same.
    if (bytes === 0 && name === '') continue;
    if (!isWanted) troubles.push({ fileName: name, trouble: 'tooMany' });
    else if (bytes > maxFileBytes) troubles.push({ fileName: name, trouble: 'tooLarge' });
    else if (totalBytes + bytes > maxTotalBytes) troubles.push({ fileName: name, trouble: 'tooMuch' });
    else {
      totalBytes += bytes;
      files.push({ name, bytes: Buffer.concat(chunks) });
    }
  }
  request.received = { files, troubles };
  request.body = Object.fromEntries(fields);
}

/** Looks into the files of a request. In the handler: nothing is decoded for a forged form. */
export async function checkUpload({ received }: FastifyRequest): Promise<Upload> {
  const troubles = [...(received?.troubles ?? [])];
  const proofs: CheckedProof[] = [];
  for (const { name, bytes } of received?.files ?? []) {
    const checked = await checkProof(name, bytes);
    if (typeof checked === 'string') troubles.push({ fileName: name, trouble: checked });
    else proofs.push(checked);
  }
  return { proofs, troubles };
}
