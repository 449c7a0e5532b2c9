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
