/** Reading logs and user tables through the library, and proving that they came whole. */
import { GerbangError } from '../errors.ts';
import { maxDatasetBytes, withoutPrefix } from '../zk/bulk.ts';
import type { HostClock, LogRead, TerminalTarget } from '../zk/driver.ts';
import { type Asker, readCounters } from '../zk/inquiries.ts';
import { largestLogBytes, provenLog } from '../zk/log-proof.ts';
import { refusal } from '../zk/replies.ts';
import { encodePrepare, type PrepareRequest } from '../zk/requests.ts';
import { decodePins } from '../zk/users.ts';
import { command, dataset, datasetPrefixBytes, reply, userTable } from '../zk/wire.ts';
import type { Helper } from './helper-process.ts';

/** What reading needs. */
export interface LibraryReader {
  readonly helper: Helper;
  readonly asker: Asker;
  readonly clock: HostClock;
  readonly prepareTimeoutMs: number;
  readonly keepUnproven: TerminalTarget['keepUnproven'];
}

type OnProgress = (receivedBytes: number, expectedBytes: number) => void;

/** The whole log. See {@link TerminalSession.readLog}. */
export async function readLog(reader: LibraryReader, onProgress?: OnProgress): Promise<LogRead> {
  const { helper, asker, clock } = reader;
  const bytesBefore = helper.bytesRead();
  const before = await readCounters(asker);
  await asker.ask({ command: command.freeBuffer });
  const preparedAtMs = clock.nowMs();
  const what = { dataset: dataset.attendance };
  const bytes = await readDataset(reader, what, before.records, largestLogBytes(before), onProgress);
  const completedAtMs = clock.nowMs();
  const bytesReceived = helper.bytesRead() - bytesBefore;
  await asker.ask({ command: command.freeBuffer });
  const after = await readCounters(asker);
  const log = { dataset: bytes, before, after, preparedAtMs, completedAtMs, bytesReceived, nowMs: clock.nowMs() };
  return provenLog(log, reader.keepUnproven);
}

/** Printed ids by internal index. See {@link TerminalSession.readPins}. */
export async function readPins(reader: LibraryReader): Promise<ReadonlyMap<number, string>> {
  const { asker } = reader;
  const { users } = await readCounters(asker);
  await asker.ask({ command: command.freeBuffer });
  const what = { dataset: dataset.users, first: userTable };
  const table = await readDataset(reader, what, users, maxDatasetBytes);
  if (table === null) return new Map();
  await asker.ask({ command: command.freeBuffer });
  try {
    return decodePins(withoutPrefix(table), users);
  } finally {
    table.fill(0);
  }
}

/**
 * The bytes of a dataset as the terminal prepared it; null when it says that there is nothing.
 *
 * @param counted how many things the terminal counts in it. Only then the library is let loose on it at once: it takes
 * "there is nothing" for no answer at all, and waits a minute for another
 */
async function readDataset(
  { helper, asker, prepareTimeoutMs }: LibraryReader,
  what: PrepareRequest,
  counted: number | null,
  maxBytes: number,
  onProgress?: OnProgress,
): Promise<Uint8Array | null> {
  const payload = encodePrepare(what);
  if (counted === null || counted === 0) {
    const { packet } = await asker.ask({ command: command.prepareBuffer, payload, timeoutMs: prepareTimeoutMs });
    if (packet.code === reply.error && counted === null) throw countless();
    if (packet.code === reply.error || packet.payload.length === 0) return null;
    if (packet.code === reply.data) return packet.payload;
    if (packet.code !== reply.ok && packet.code !== reply.prepare) throw refusal(packet, 'prepare', asker.commKeyGiven);
    await asker.ask({ command: command.freeBuffer });
  }
  const bytes = await helper.read({ payload, prepareTimeoutMs, maxBytes }, onProgress);
  if (bytes.length < datasetPrefixBytes) throw cutShort(bytes.length);
  return bytes;
}

function countless(): GerbangError {
  return new GerbangError(
    'ZK_UNSUPPORTED',
    'The terminal counts nothing and gives nothing, which node-zklib cannot tell from an empty log. Use driver: zk.',
  );
}

function cutShort(receivedBytes: number): GerbangError {
  return new GerbangError('READ_INCOMPLETE', 'node-zklib brought nothing of the log. Try again, or use driver: zk.', {
    context: { receivedBytes },
  });
}
