/** A worker in a process of its own that takes a batch, says so, and never finishes: the test kills it. */
import { silentLog } from '../../src/log.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { startIngestWorker } from '../../src/queue/worker.ts';

const address: Parameters<typeof queueConnection>[0] = JSON.parse(process.argv[2] ?? '{}');
startIngestWorker({
  connection: queueConnection(address),
  concurrency: 1,
  lockMs: Number(process.argv[3]),
  log: silentLog(),
  handle: (batch) => {
    process.send?.(batch.batchId);
    return new Promise(() => undefined);
  },
  onSetAside: async () => undefined,
});
