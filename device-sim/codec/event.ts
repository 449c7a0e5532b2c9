import { encodeEventTime } from './packed-time.ts';

/** Payload lengths of attendance events in the field. docs/protocol.md, "Attendance event layouts". */
export type EventBytes = 10 | 12 | 14 | 32 | 36 | 37 | 52;

/** What an attendance event tells. */
export type EventFields = {
  uid: number;
  pin: string;
  verifyMode: number;
  punchState: number;
  workCode: number;
  /** Device time in wall milliseconds. */
  shownWallMs: number;
};

/** Writes the payload of an attendance event: an id, verify mode, state, six bytes of time, and whatever follows. */
export function encodeAttendanceEvent(bytes: EventBytes, event: EventFields): Buffer {
  const common = Buffer.concat([
    idOf(bytes, event),
    Buffer.from([event.verifyMode & 0xff, event.punchState & 0xff]),
    encodeEventTime(event.shownWallMs),
  ]);
  const payload = Buffer.alloc(bytes);
  common.copy(payload);
  if (bytes >= 36) payload.writeUInt32LE(event.workCode >>> 0, 32);
  return payload;
}

function idOf(bytes: EventBytes, event: EventFields): Buffer {
  if (bytes >= 32) {
    const id = Buffer.alloc(24);
    id.write(event.pin, 0, 24, 'latin1');
    return id;
  }
  const id = Buffer.alloc(bytes === 12 ? 4 : 2);
  if (bytes === 12) id.writeUInt32LE(Number.parseInt(event.pin, 10) >>> 0, 0);
  else id.writeUInt16LE(event.uid, 0);
  return id;
}

/** Payload of a verification event: the uid, and a byte nobody explained. */
export function encodeVerificationEvent(uid: number): Buffer {
  const payload = Buffer.alloc(5);
  payload.writeUInt32LE(uid, 0);
  return payload;
}
