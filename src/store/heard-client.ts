/** A connection whose errors are heard, for pools that are not ours. */
import pg from 'pg';

/**
 * BullMQ takes a connection out of its pool without listening to it: one that breaks just then, while a gateway starts,
 * would end the process. What breaks shows at the next statement.
 */
export class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
