import { type Answer, ERROR, OK, type Reply } from './answer.ts';
import { freeBuffer, prepare, readBuffer, readDirectly } from './bulk.ts';
import { shownAt } from './clock.ts';
import { commKeyMatches } from './codec/comm-key.ts';
import { decodeText, encodeText } from './codec/option.ts';
import { packTime, unpackTime } from './codec/packed-time.ts';
import type { Packet } from './codec/packet.ts';
import { encodeSizes } from './codec/sizes.ts';
import { COMMAND, REPLY } from './codec/wire.ts';
import { distortCounters } from './device-faults.ts';
import type { Session } from './session-table.ts';
import type { Terminal } from './terminal.ts';

const only = (reply: Reply): Answer => ({ replies: [reply] });
const okWith = (payload: Buffer): Answer => only({ code: REPLY.ok, payload });

/** Does what a request says. The packet has passed checksum, session and order; whether it may be served is decided here. */
export function answer(terminal: Terminal, session: Session, request: Packet): Answer {
  if (terminal.knobs.secure) {
    return { replies: request.code === COMMAND.connect ? [{ code: REPLY.secureChallenge }] : [] };
  }
  if (request.code === COMMAND.connect) return only(session.authenticated ? OK : { code: REPLY.unauthorised });
  if (request.code === COMMAND.auth) return authenticate(terminal, session, request.payload);
  if (!session.authenticated) return only({ code: REPLY.unauthorised });
  switch (request.code) {
    case COMMAND.prepareBuffer:
      return prepare(terminal, session, request.payload);
    case COMMAND.readBuffer:
      return readBuffer(terminal, session, request.payload);
    case COMMAND.freeData:
      return freeBuffer(session);
    case COMMAND.logRead:
    case COMMAND.usersRead:
    case COMMAND.operationLogRead:
      return readDirectly(terminal, session, request);
    default:
      return control(terminal, session, request);
  }
}

function authenticate(terminal: Terminal, session: Session, payload: Buffer): Answer {
  const { commKey, authLockAfter } = terminal.knobs;
  if (authLockAfter > 0 && session.wrongKeys >= authLockAfter) return only({ code: REPLY.authLocked });
  if (commKeyMatches(payload, commKey, session.id)) {
    session.authenticated = true;
    return only(OK);
  }
  session.wrongKeys += 1;
  return only({ code: REPLY.unauthorised });
}

function control(terminal: Terminal, session: Session, { code, payload }: Packet): Answer {
  switch (code) {
    case COMMAND.exit:
      return { replies: [OK], endsSession: true };
    case COMMAND.enable:
      terminal.enable();
      return only(OK);
    case COMMAND.disable:
      // N sends four zero bytes and means "until further notice", as no payload does.
      terminal.disable(payload.length >= 4 && payload.readUInt32LE(0) > 0 ? payload.readUInt32LE(0) * 1000 : undefined);
      return only(OK);
    case COMMAND.registerEvents:
      if (payload.length < 4) return only(ERROR);
      session.eventMask = payload.readUInt32LE(0);
      return only(OK);
    case COMMAND.refreshData:
    case COMMAND.refreshOptions:
      return only(OK);
    default:
      return inform(terminal, { code, payload });
  }
}

function inform(terminal: Terminal, { code, payload }: { code: number; payload: Buffer }): Answer {
  switch (code) {
    case COMMAND.version:
      return okWith(encodeText(payload.length === 1 && payload[0] === 0 ? terminal.platform : terminal.firmware));
    case COMMAND.optionRead:
      return readOption(terminal, payload);
    case COMMAND.optionWrite:
      // Writing options can lock a client out of a real terminal; only the marker the vendor's SDK sends is taken.
      return only(decodeText(payload).startsWith('SDKBuild=') ? OK : ERROR);
    case COMMAND.freeSizes:
      return sizes(terminal, payload);
    case COMMAND.getTime: {
      const packed = Buffer.allocUnsafe(4);
      const { timeCachedMs } = terminal.knobs;
      const readAtMs = timeCachedMs === 0 ? terminal.now() : Math.floor(terminal.now() / timeCachedMs) * timeCachedMs;
      packed.writeUInt32LE(packTime(shownAt(terminal.clock, readAtMs)), 0);
      return okWith(packed);
    }
    case COMMAND.setTime:
      return setTime(terminal, payload);
    case COMMAND.state:
      // 0 waiting, 4 busy: the state travels in the session field.
      return only({ code: REPLY.ok, session: terminal.isDisabled() ? 4 : 0 });
    case COMMAND.pinWidth:
      return okWith(Buffer.from([terminal.profile.pinWidth]));
    default:
      return only({ code: REPLY.unknown });
  }
}

/** The key comes back as the terminal spells it, with or without the tilde. A payload of two bytes is refused. */
function readOption(terminal: Terminal, payload: Buffer): Answer {
  const asked = decodeText(payload);
  if (payload.length <= 2 || asked === '') return only(ERROR);
  const bare = asked.replace(/^~/, '');
  for (const key of [asked, `~${bare}`, bare]) {
    const value = terminal.options.get(key);
    if (value === undefined) continue;
    const told = key === '~SerialNumber' && terminal.faults.strike('impostor') ? `${value}X` : value;
    return okWith(encodeText(`${key}=${told}`));
  }
  return only(ERROR);
}

/** With one byte of payload only that field is told. */
function sizes(terminal: Terminal, payload: Buffer): Answer {
  const whole = encodeSizes(distortCounters(terminal, terminal.counters()), terminal.profile.sizesBytes);
  if (payload.length !== 1) return okWith(whole);
  const at = payload.readUInt8(0) * 4;
  return at + 4 <= whole.length ? okWith(whole.subarray(at, at + 4)) : only(ERROR);
}

/** Some clients pad the four bytes with zeros to 32. */
function setTime(terminal: Terminal, payload: Buffer): Answer {
  if (payload.length < 4) return only(ERROR);
  const wallMs = unpackTime(payload.readUInt32LE(0));
  if (wallMs === undefined) return only(ERROR);
  terminal.setClock(wallMs);
  return only(OK);
}
