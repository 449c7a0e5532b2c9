/**
 * Who may do what. Pure: the one table that pages, API and commands ask.
 *
 * A permission is also a scope of an API token, so both are named by what is done, not by who does it.
 */

/** Operator Kominfo, Admin BKPP, Pemantau. */
export const roles = ['operator', 'hr', 'viewer'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  /** Offices, machines, counts and completeness; no person. */
  'board.view',
  /** PINs, names and single punches. */
  'attendance.view',
  'attendance.export',
  /** Who is behind which PIN. */
  'people.manage',
  'machine.command',
  'incident.report',
  'incident.handle',
  'setup.change',
  'alert.manage',
  'account.manage',
  'audit.view',
  /** Numbers of the gateway for Prometheus. */
  'metrics.view',
] as const;
export type Permission = (typeof permissions)[number];

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  operator: permissions,
  hr: [
    'board.view',
    'attendance.view',
    'attendance.export',
    'people.manage',
    'incident.report',
    'incident.handle',
    'audit.view',
  ],
  viewer: ['board.view'],
};

/** Somebody who was recognised: a person with an account, or a system with a token. */
export interface Reader {
  readonly kind: 'account' | 'token';
  /** Login or name of the token: what the audit log keeps. */
  readonly actor: string;
  /** As people call them. */
  readonly name: string;
  readonly role: Role | null;
  readonly permissions: ReadonlySet<Permission>;
  /** The only office this reader sees; null for all. */
  readonly officeCode: string | null;
}

/** What a role may do. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return new Set(granted[role]);
}

/** True when the reader may do this at all. */
export function may(reader: Reader | null, permission: Permission): boolean {
  return reader?.permissions.has(permission) ?? false;
}

/** True when this role may nothing that the reader may not: nobody hands out more than they have. */
export function mayGive(reader: Reader | null, role: Role): boolean {
  return granted[role].every((permission) => may(reader, permission));
}

/** True when the reader may know of this office. */
export function seesOffice(reader: Reader, officeCode: string): boolean {
  return reader.officeCode === null || reader.officeCode === officeCode;
}

/** True for a known permission: scopes come from outside. */
export function isPermission(text: string): text is Permission {
  return permissions.some((permission) => permission === text);
}
