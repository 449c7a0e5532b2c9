/** Pages that are shown to whoever asks: for tests of what pages show, and for looking at a board. */
import { permissionsOf, type Reader, type Role } from '../../src/accounts/permissions.ts';
import type { Readers } from '../../src/accounts/readers.ts';

/** Everybody is somebody with this role. Tokens and cookies are unknown. */
export function everybodyIs(role: Role, officeCode: string | null = null): Readers {
  const reader: Reader = {
    kind: 'account',
    actor: 'penguji',
    name: 'Penguji',
    role,
    permissions: permissionsOf(role),
    officeCode,
  };
  return { ofStranger: () => reader, ofCookie: async () => reader, ofToken: async () => null, forget: () => {} };
}

/** A reader of a test: a person with a role, of one office or of all. */
export function readerOf(
  role: Role,
  officeCode: string | null = null,
  actor = `${role}-${officeCode ?? 'semua'}`,
): Reader {
  return { kind: 'account', actor, name: actor, role, permissions: permissionsOf(role), officeCode };
}

/** A system that may do everything an operator may. */
export const mightySystem: Reader = {
  kind: 'token',
  actor: 'uji',
  name: 'uji',
  role: null,
  permissions: permissionsOf('operator'),
  officeCode: null,
};

/** Whoever sends the bearer token `NAME` is the reader of this name; everybody else is nobody. */
export function readersByName(readers: Readonly<Record<string, Reader>>): Readers {
  return {
    ofStranger: () => null,
    ofCookie: async () => null,
    ofToken: async (secret) => readers[secret] ?? null,
    forget: () => {},
  };
}
