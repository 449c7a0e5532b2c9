/** The gateway in a process of its own, so that its processor time and memory are its own. */
import { keepHeapSmall } from '../../src/cli/small-heap.ts';
import { parseConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/log.ts';

/** What the gateway is started with: a configuration as text, and its database. */
export interface GatewayStart {
  readonly config: string;
  readonly databaseUrl: string;
}

process.once('message', (start: GatewayStart) => {
  // As `gerbang start` does.
  keepHeapSmall();
  const log = createLog({ level: 'error' });
  void startGateway({
    config: parseConfig(start.config, {}),
    databaseUrl: start.databaseUrl,
    exclusiveDatabase: true,
    log,
  }).then((gateway) => {
    process.on('message', (question) => {
      if (question === 'depth') void gateway.queueDepth().then((depth) => process.send?.({ depth }));
      if (question === 'heap') {
        globalThis.gc?.();
        process.send?.({ heap: process.memoryUsage().heapUsed });
      }
    });
    process.once('SIGTERM', () => void gateway.stop().then(() => process.exit(0)));
    process.send?.({ page: gateway.pageUrl });
  });
});
