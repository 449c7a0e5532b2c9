import { encodeUser, type TerminalUser, type UserLayout } from './codec/user.ts';

export type NewUser = { pin: string } & Partial<TerminalUser>;

/** The users enrolled on one terminal. */
export type UserTable = {
  readonly count: number;
  byPin(pin: string): TerminalUser | undefined;
  /** Enrols a user under the lowest free uid unless one is given; a known pin is replaced. */
  enrol(user: NewUser): TerminalUser;
  remove(pin: string): void;
  pins(): string[];
  countWhere(test: (user: TerminalUser) => boolean): number;
  /** All user records one after another, in uid order. */
  encode(layout: UserLayout): Buffer;
};

export function createUserTable(users: readonly NewUser[] = []): UserTable {
  const byPin = new Map<string, TerminalUser>();
  const uids = new Set<number>();
  let lowestFree = 1;

  function freeUid(): number {
    while (uids.has(lowestFree)) lowestFree += 1;
    return lowestFree;
  }

  function remove(pin: string): void {
    const user = byPin.get(pin);
    if (!user) return;
    byPin.delete(pin);
    uids.delete(user.uid);
    lowestFree = Math.min(lowestFree, user.uid);
  }

  const table: UserTable = {
    get count() {
      return byPin.size;
    },
    byPin: (pin) => byPin.get(pin),
    enrol(user) {
      remove(user.pin);
      const enrolled: TerminalUser = {
        uid: user.uid ?? freeUid(),
        pin: user.pin,
        name: user.name ?? `User ${user.pin}`,
        privilege: user.privilege ?? 0,
        password: user.password ?? '',
        card: user.card ?? 0,
        group: user.group ?? 1,
      };
      byPin.set(enrolled.pin, enrolled);
      uids.add(enrolled.uid);
      return enrolled;
    },
    remove,
    pins: () => [...byPin.keys()],
    countWhere: (test) => [...byPin.values()].filter(test).length,
    encode(layout) {
      const users = [...byPin.values()].sort((a, b) => a.uid - b.uid);
      return Buffer.concat(users.map((user) => encodeUser(layout, user)));
    },
  };
  for (const user of users) table.enrol(user);
  return table;
}
