/**
 * One simulated terminal and one plain TCP server with the same bytes, in a process of their own, so that a client under
 * measurement does not share an event loop with what it measures against.
 *
 * IPC in: `{ start: {...} }`, `{ punch: n }`. Out: `{ port, rawPort }`, `{ punched: n }`.
 */
import { createServer } from 'node:net';
import { startFleet } from '../../device-sim/fleet.ts';

export interface StartTerminal {
  readonly records: number;
  readonly blockBytes: number;
  readonly blockPauseMs: number;
  readonly rttMs?: number;
}

export type TerminalRequest = { readonly start: StartTerminal } | { readonly punch: number };
export type TerminalAnswer = { readonly port: number; readonly rawPort: number } | { readonly punched: number };

/** Answers each 4-byte request (u32 LE: how many bytes) with that many bytes: a socket copy and nothing else. */
function serveRawBytes(bytes: Buffer): Promise<number> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    let pending = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 4) {
        socket.write(bytes.subarray(0, pending.readUInt32LE(0)));
        pending = pending.subarray(4);
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function start(options: StartTerminal): Promise<(count: number) => void> {
  const { blockBytes, blockPauseMs, rttMs = 0 } = options;
  const fleet = await startFleet({
    seed: 7,
    scenario: {
      terminals: [
        { users: 200, history: options.records, recordCapacity: 200_000, knobs: { blockBytes, blockPauseMs, rttMs } },
      ],
    },
  });
  const [terminal] = fleet.terminals;
  if (!terminal) throw new Error('the fleet has no terminal');
  const rawPort = await serveRawBytes(Buffer.alloc(options.records * 40 + 4, 0x5a));
  process.send?.({ port: terminal.port, rawPort } satisfies TerminalAnswer);
  return (count) => {
    for (let made = 0; made < count; made += 1) {
      terminal.terminal.punch({ pin: String(1001 + made), verifyMode: 1, punchState: 0 });
    }
  };
}

let punch: ((count: number) => void) | undefined;
process.on('message', async (request: TerminalRequest) => {
  if ('start' in request) punch = await start(request.start);
  else {
    punch?.(request.punch);
    process.send?.({ punched: request.punch } satisfies TerminalAnswer);
  }
});
process.on('disconnect', () => process.exit(0));
