/** Conversations with the simulator whose requests are disturbed on the way: it must stay up, bounded and honest. */
import { createFrameReader, encodeFrame } from '../../device-sim/codec/frame.ts';
import { encodePacket } from '../../device-sim/codec/packet.ts';
import type { Random } from '../../device-sim/random.ts';
import type { Sessions } from '../../device-sim/session.ts';
import type { Ending } from './driver-lane.ts';
import { asDatagrams, overStream } from './mutations.ts';
import type { World } from './worlds.ts';

interface Request {
  readonly code: number;
  readonly payload: Buffer;
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const bare = (code: number): Request => ({ code, payload: Buffer.alloc(0) });

/** A range of a dataset of about the size the worlds have, and sometimes far outside. */
function range(random: Random): Request {
  const payload = Buffer.alloc(8);
  payload.writeUInt32LE(random.chance(0.5) ? 0 : random.integer(0, 4000), 0);
  payload.writeUInt32LE(random.integer(0, random.chance(0.1) ? 100_000 : 3000), 4);
  return { code: 1504, payload };
}

/** What clients ask: reads in both ways, options, clocks, events, and commands that no client should send. */
const questions: readonly [(random: Random) => Request, ...((random: Random) => Request)[]] = [
  () => ({ code: 1503, payload: hex('010d000000000000000000') }),
  () => ({ code: 1503, payload: hex('0109000500000000000000') }),
  () => ({ code: 1503, payload: hex('0122000000000000000000') }),
  () => ({ code: 1503, payload: hex('011427000d4c2e805e4d2e') }),
  range,
  range,
  range,
  () => bare(1502),
  () => bare(13),
  () => ({ code: 9, payload: hex('05') }),
  () => bare(34),
  () => bare(50),
  (random) => ({ code: 50, payload: Buffer.from([random.integer(0, 40)]) }),
  () => ({ code: 11, payload: Buffer.from('~SerialNumber\0', 'latin1') }),
  () => ({ code: 12, payload: Buffer.from('SDKBuild=1\0', 'latin1') }),
  () => bare(1100),
  () => bare(201),
  () => ({ code: 202, payload: hex('807d4c2e') }),
  () => ({ code: 500, payload: hex('ffff0000') }),
  () => bare(2000),
  () => bare(64),
  () => bare(69),
  () => ({ code: 1003, payload: hex('3c000000') }),
  () => bare(1002),
  (random) => bare(random.integer(0, 0xffff)),
];

/** More than all worlds hold together: an answer beyond this is an endless one. */
const mostAnswerBytes = 1_048_576;
let peers = 0;

/** Converses once with a client nobody taught. */
export function askOnce(world: World, sessions: Sessions, random: Random): Ending {
  peers += 1;
  const transport = random.chance(0.3) ? 'udp' : 'tcp';
  const peer = { key: `asking:${peers}`, transport, send: () => undefined } as const;
  const reader = createFrameReader();
  const boldness = random.pick([0.2, 0.5, 0.9]);
  const past: Buffer[] = [];
  const transcript: string[] = [];
  let mutated = 0;
  let session = 0;
  let replyId = 0;
  let answered = 0;

  function hear(packet: Buffer): void {
    let bytes = 0;
    for (const out of sessions.receive(peer, packet).packets) {
      bytes += out.bytes.length;
      answered += 1;
      if (session === 0 && out.bytes.length >= 8) session = out.bytes.readUInt16LE(4);
      if (bytes > mostAnswerBytes) throw new Error('an answer without end');
    }
  }

  function ask({ code, payload }: Request): void {
    const packet = encodePacket({ code, session, replyId, payload });
    replyId = (replyId + 1) & 0xffff;
    const spoil = transport === 'tcp' ? overStream : asDatagrams;
    const arrival = spoil(random, { packets: [packet], past }, boldness);
    mutated += arrival.mutated;
    past.push(packet);
    for (const piece of arrival.pieces) {
      transcript.push(`> ${piece.toString('hex')}`);
      const packets = transport === 'tcp' ? reader.push(Buffer.from(piece)).packets : [piece];
      for (const one of packets) hear(one);
    }
  }

  try {
    // The first words go undisturbed, or nothing after them would be heard.
    for (const first of [bare(1000), ...(world.commKey === undefined ? [] : [auth12])]) {
      for (const one of reader.push(encodeFrame(encodePacket({ ...first, session, replyId }))).packets) hear(one);
      replyId += 1;
    }
    for (let left = random.integer(3, 25); left > 0; left -= 1) ask(random.pick(questions)(random));
    return { mutated, outcome: answered > 1 ? 'answered' : 'silence', fault: null };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { mutated, outcome: 'thrown', fault: `${world.name}: ${text}\n${transcript.join('\n')}` };
  } finally {
    sessions.lost(peer);
  }
}

/** Sign-in with comm key 12; of the session only the upper byte goes into it, 0x45 in the world with that key. */
const auth12: Request = { code: 1102, payload: hex('614d323c') };
