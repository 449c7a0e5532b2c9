/** Opens a session, says so, and waits to be killed. argv: port. */
import { createHostClock } from '../../../src/host-clock.ts';
import { openZklibTerminal } from '../../../src/zklib/terminal.ts';

const session = await openZklibTerminal({ host: '127.0.0.1', port: Number(process.argv[2]) }, createHostClock());
await session.identify();
process.stdout.write('open\n');
setInterval(() => {}, 1000);
