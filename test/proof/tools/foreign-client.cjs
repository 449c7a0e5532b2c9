// Lets a client of the field talk to a terminal, in a process of its own: both clients print to the console, leave log
// files behind, and can die of a frame that is cut short. Run with TZ=UTC: they build host-local dates.
//
// argv: library, port, time-out in ms, names of what to do in order (connect is implied and always first).
// Answers over IPC: { connect, log, users, info, free, live }, each what the client itself reported as its outcome.
const [, , library, port, timeoutMs, ...wanted] = process.argv;
console.log = () => {};
console.error = () => {};
console.warn = () => {};
// node-zklib writes err.log, zkteco-js its own, both into the working folder.
process.chdir(require('node:os').tmpdir());

const textOf = (error) => String(error?.err?.message ?? error?.message ?? error);
// Local time is UTC here, so this is the terminal's own reading.
const shownOf = (time) => new Date(time).toISOString().slice(0, 19);

const recordOf =
  library === 'node-zklib'
    ? ({ userSn, deviceUserId, recordTime }) => ({ uid: userSn, pin: deviceUserId, shown: shownOf(recordTime) })
    : ({ sn, user_id, record_time, type, state }) => ({
        uid: sn,
        pin: user_id,
        shown: shownOf(record_time),
        verifyMode: type,
        punchState: state,
      });

const deeds = {
  async log(client) {
    const answer = await client.getAttendances();
    const { data, err } = answer;
    return { records: data.map(recordOf), error: err ? textOf(err) : null };
  },
  async users(client) {
    const { data } = await client.getUsers();
    return data.map(({ uid, userId, name, role, cardno }) => ({ uid, pin: userId, name, role, cardno }));
  },
  info: (client) => client.getInfo(),
  // One live event, as the client decodes it.
  live: (client) =>
    new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('no event came')), 20_000).unref();
      client.getRealTimeLogs(({ userId, attTime }) => resolve({ pin: userId, shown: shownOf(attTime) }));
    }),
  // The reply to FREE_DATA as the client hands it out: its first two bytes are the reply code.
  async free(client) {
    const reply = await client.freeData();
    return { replyCode: reply.readUInt16LE(0) };
  },
};

async function main() {
  const Client = require(library);
  const client = new Client('127.0.0.1', Number(port), Number(timeoutMs), 0);
  const answers = {};
  const note = async (name, work) => {
    try {
      answers[name] = { done: await work() };
    } catch (error) {
      answers[name] = { failed: textOf(error) };
    }
  };
  await note('connect', async () => {
    await client.createSocket();
    return true;
  });
  for (const name of wanted) if (answers.connect.done) await note(name, () => deeds[name](client));
  // A client that is about to die of what it has just done gets the time for it.
  setTimeout(() => process.send(answers, () => process.exit(0)), 100);
}

main();
