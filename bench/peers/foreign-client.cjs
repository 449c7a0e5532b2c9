// Reads the whole log with a client of the field, in a process of its own: both clients print to the console, leave
// log files behind and can die of a frame that is cut short.
//
// argv: library, host, port. Answers over IPC: { ms, records } or { error }.
const [, , library, host, port] = process.argv;
// Their console output is not part of the measurement.
console.log = () => {};
console.error = () => {};
// node-zklib writes err.log into the working folder.
process.chdir(require('node:os').tmpdir());

async function main() {
  const Client = require(library);
  const client =
    library === 'node-zklib'
      ? new Client(host, Number(port), 10_000, 4000)
      : new Client(host, Number(port), 10_000, 4000);
  const startedNs = process.hrtime.bigint();
  await client.createSocket();
  const answer = await client.getAttendances();
  const ms = Number(process.hrtime.bigint() - startedNs) / 1e6;
  const list = Array.isArray(answer) ? answer : answer.data;
  process.send({ ms, records: Array.isArray(list) ? list.length : 0 }, () => process.exit(0));
}

main().catch((error) => {
  const text = error?.err?.message ?? String(error?.message ?? error);
  process.send({ error: text }, () => process.exit(1));
});
