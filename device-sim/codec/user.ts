/** A user as a terminal keeps it. */
export type TerminalUser = {
  uid: number;
  pin: string;
  name: string;
  privilege: number;
  password: string;
  card: number;
  group: number;
};

/** 72 bytes on colour and visible-light terminals, 28 on two-line ones. */
export type UserLayout = '72' | '28';

/** Writes one user record. docs/protocol.md, "User records". */
export function encodeUser(layout: UserLayout, user: TerminalUser): Buffer {
  return layout === '72' ? encode72(user) : encode28(user);
}

function encode72(user: TerminalUser): Buffer {
  const bytes = Buffer.alloc(72);
  bytes.writeUInt16LE(user.uid, 0);
  bytes.writeUInt8(user.privilege, 2);
  bytes.write(user.password, 3, 8, 'latin1');
  bytes.write(user.name, 11, 24, 'utf8');
  bytes.writeUInt32LE(user.card, 35);
  bytes.writeUInt8(user.group, 39);
  bytes.write(user.pin, 48, 24, 'latin1');
  return bytes;
}

function encode28(user: TerminalUser): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(user.uid, 0);
  bytes.writeUInt8(user.privilege, 2);
  bytes.write(user.password, 3, 5, 'latin1');
  bytes.write(user.name, 8, 8, 'utf8');
  bytes.writeUInt32LE(user.card, 16);
  bytes.writeUInt8(user.group, 21);
  const id = Number.parseInt(user.pin, 10);
  bytes.writeUInt32LE(Number.isFinite(id) ? id >>> 0 : 0, 24);
  return bytes;
}
