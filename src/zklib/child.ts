/**
 * The process that holds the library for one session, for `child_process.fork`. It ends by itself when the channel to
 * its parent closes, and it says goodbye to the terminal first.
 */
import { rmdirSync } from 'node:fs';
import { GerbangError, isGerbangError, messageOf } from '../errors.ts';
import { command } from '../zk/wire.ts';
import { crashed, LibraryLine } from './library-line.ts';
import type { OpenRequest, Report, Request, Result } from './messages.ts';

let line: LibraryLine | null = null;
let leaving = false;

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

function failed(error: unknown): Result {
  const known = isGerbangError(error) ? error : new GerbangError('INTERNAL', messageOf(error));
  const { code, context } = known;
  // The other end puts the code behind the message again.
  return { kind: 'failed', code, context, message: known.message.replace(` [${code}]`, '') };
}

async function open(request: OpenRequest): Promise<LibraryLine> {
  return LibraryLine.connect(request, {
    onPacket(direction, bytes) {
      if (request.tapped) report({ kind: 'packet', direction, bytes });
    },
    onProgress: (receivedBytes, expectedBytes) => report({ kind: 'progress', receivedBytes, expectedBytes }),
  });
}

async function handle(request: Exclude<Request, { kind: 'close' }>): Promise<Result> {
  if (request.kind === 'open') {
    line = await open(request);
    const { replyTimeoutMs: timeoutMs } = request;
    const packet = await line.ask({ command: command.connect, payload: new Uint8Array(0), timeoutMs });
    return { kind: 'answer', packet, bytesRead: line.bytesRead };
  }
  if (line === null) throw new GerbangError('INTERNAL', 'The library was asked before it was connected.');
  if (request.kind === 'ask') return { kind: 'answer', packet: await line.ask(request), bytesRead: line.bytesRead };
  return { kind: 'dataset', bytes: await line.read(request), bytesRead: line.bytesRead };
}

async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  await line?.leave();
  process.exit(0);
}

process.on('message', (request: Request) => {
  if (request.kind === 'close') void leave();
  else handle(request).then(report, (error: unknown) => report(failed(error)));
});
process.on('disconnect', () => void leave());
// What the library throws inside its own event handlers ends the session, not this process: EXIT is still owed.
process.on('uncaughtException', (error) => line?.fail(crashed(error)));
// A Ctrl-C in the terminal window reaches the whole process group; the parent decides when we end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void leave());

// The library writes `DDMMYYYY.err.log`, with the bytes of packets, into the folder it stands in. Its parent put it into
// an empty one of its own; once that is gone, no file can come to be. Systems that keep it leave it to the parent.
try {
  rmdirSync(process.cwd());
} catch {
  // See above.
}
