// One poll as a program built on a client of the field makes it: connect, read the whole log, disconnect. In a process of
// its own: both clients print to the console, leave log files behind and can die of a frame that is cut short.
//
// argv: library, port. Answers over IPC: { ms, cpuMs, records } or { error }.
const [, , library, port] = process.argv;
// Their console output is not part of the measurement.
console.log = () => {};
console.error = () => {};
// node-zklib writes err.log into the working folder.
process.chdir(require('node:os').tmpdir());

async function main() {
  const Client = require(library);
  const client = new Client('127.0.0.1', Number(port), 20_000, 0);
  const before = process.cpuUsage();
  const startedMs = performance.now();
  await client.createSocket();
  const { data, err } = await client.getAttendances();
  await client.disconnect();
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  // Taken as the caller gets it: a short list counts as what it says, an error beside it is the caller's to see.
  process.send({ ms, cpuMs: (user + system) / 1000, records: data.length, note: err ? err.message : null });
}

main().catch((error) => process.send({ error: String(error?.err?.message ?? error?.message ?? error) }));
