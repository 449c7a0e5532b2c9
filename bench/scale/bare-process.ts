/** What the machine asks for questions and answers over loopback sockets, with no protocol at all. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const connections = 2_000;
const exchanges = 12;

const server = createServer((socket) => socket.on('data', (data) => socket.write(data)));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
const frame = Buffer.alloc(40, 1);
const before = process.cpuUsage();
for (let made = 0; made < connections; made += 1) {
  const socket = connect(address.port, '127.0.0.1');
  await once(socket, 'connect');
  for (let asked = 0; asked < exchanges; asked += 1) {
    socket.write(frame);
    await once(socket, 'data');
  }
  socket.destroy();
}
const { user, system } = process.cpuUsage(before);
// Half of it is the other end's.
process.send?.((user + system) / 1_000 / 2 / (connections * exchanges));
