/**
 * A rehearsal as a process of its own, for the gateway that was asked for one on a page: it can neither slow the gateway
 * down nor outlive it. Knows no secret of the gateway: what it needs comes over the channel.
 */
import { isGerbangError } from '../../errors.ts';
import { createLog } from '../../log.ts';
import { beginLife } from '../lifetime.ts';
import { type RehearsalOptions, startRehearsal } from './run.ts';

/** What the gateway sends: once what to rehearse and for how long, then perhaps that it is over. */
export type RehearsalRequest =
  | { readonly type: 'start'; readonly options: RehearsalOptions; readonly forMs: number }
  | { readonly type: 'stop' };

/** What it gets back. */
export type RehearsalReport =
  | { readonly type: 'running'; readonly pageUrl: string; readonly firstLink: string | null }
  | { readonly type: 'failed'; readonly code: string };

const log = createLog({ level: 'warn' });
const life = beginLife(() => undefined);
let isStarted = false;

function report(message: RehearsalReport): void {
  if (process.connected) process.send?.(message);
}

async function run(options: RehearsalOptions, forMs: number): Promise<void> {
  const deadline = setTimeout(life.end, forMs);
  try {
    const running = await startRehearsal(options, life, log);
    if (running !== null) report({ type: 'running', pageUrl: running.pageUrl, firstLink: running.firstLink });
    await life.ended;
  } catch (err) {
    if (!life.signal.aborted) {
      log.error({ err }, 'the rehearsal failed');
      report({ type: 'failed', code: isGerbangError(err) ? err.code : 'INTERNAL' });
    }
  } finally {
    clearTimeout(deadline);
    await life.stopAll((err) => log.error({ err }, 'a part of the rehearsal did not stop cleanly'));
    process.exit(0);
  }
}

process.on('message', (request: RehearsalRequest) => {
  if (request.type === 'stop') life.end();
  else if (!isStarted) {
    isStarted = true;
    void run(request.options, request.forMs);
  }
});
// The gateway is gone: nobody could end this any more.
process.on('disconnect', () => (isStarted ? life.end() : process.exit(0)));
