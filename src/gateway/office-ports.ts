/** What pollers ask of the database, answered by `src/store`. */
import type { Kysely } from 'kysely';
import { keyOf, type Place } from '../office/identity.ts';
import type { LeaseTable } from '../office/lease-keeper.ts';
import type { OfficeStore } from '../office/means.ts';
import { readCursor, readStoredImage } from '../store/cursor.ts';
import { acquireLease, releaseLeases, renewLeases } from '../store/lease.ts';
import type { Tables } from '../store/tables.ts';
import { pinSerial, placesOfSerial, readPin, unpinSerial } from '../store/terminals.ts';

type Db = Kysely<Tables>;

/**
 * Cursor, stored records and pins.
 *
 * @param isConfigured whether a place is in the configuration; a pin left behind by a place that is gone claims nothing
 */
export function officeStore(db: Db, isConfigured: (place: Place) => boolean): OfficeStore {
  return {
    readCursor: (serial) => readCursor(db, serial),
    readStoredImage: ({ serial, epoch, base, next }) => readStoredImage(db, serial, epoch, base, next),
    readPin: (place) => readPin(db, place),
    async pin(place, serial, configured) {
      // What a person wrote into the configuration replaces what was learnt.
      if (configured && (await readPin(db, place)) !== serial) await unpinSerial(db, place);
      const pinned = await pinSerial(db, place, serial);
      const others = (await placesOfSerial(db, serial)).filter(
        (other) => isConfigured(other) && keyOf(other) !== keyOf(place),
      );
      return { pinned, elsewhere: others[0] ?? null };
    },
  };
}

/** Leases, timed by the database's own clock. */
export function leaseTable(db: Db): LeaseTable {
  return {
    async acquire(key, holder, ttlMs) {
      const answer = await acquireLease(db, { key, holder, ttlMs });
      return 'fence' in answer ? answer.fence : null;
    },
    renew: (leases, holder, ttlMs) => renewLeases(db, leases, holder, ttlMs),
    release: (leases, holder) => releaseLeases(db, leases, holder),
  };
}
