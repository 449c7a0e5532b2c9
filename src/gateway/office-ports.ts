/** What pollers ask of the database, answered by `src/store`. */
import type { Kysely } from 'kysely';
import { keyOf, type Place } from '../office/identity.ts';
import type { LeaseTable } from '../office/lease-keeper.ts';
import type { OfficeStore } from '../office/means.ts';
import { readClockEvents } from '../store/clock-events.ts';
import { readClockSamples } from '../store/clock-samples.ts';
import { readCursor, readStoredImage } from '../store/cursor.ts';
import { acquireLease, releaseLeases, renewLeases } from '../store/lease.ts';
import { serialInPlaceOf } from '../store/replacements.ts';
import type { Tables } from '../store/tables.ts';
import { lockSerial, pinSerial, placesOfSerial, readPin, unpinSerial } from '../store/terminals.ts';

type Db = Kysely<Tables>;

/** A month of a quiet clock, two weeks of a busy one: more would hold up everybody else for a second. */
const historySamples = 10_000;
const historyEvents = 5_000;

/**
 * Cursor, stored records and pins.
 *
 * @param isConfigured whether a place is in the configuration; a pin left behind by a place that is gone claims nothing
 */
export function officeStore(db: Db, isConfigured: (place: Place) => boolean): OfficeStore {
  return {
    readCursor: (serial) => readCursor(db, serial),
    readStoredImage: ({ serial, epoch, base, next }) => readStoredImage(db, serial, epoch, base, next),
    async readClockHistory(serial, sinceMs) {
      const range = { afterMs: sinceMs, untilMs: Number.POSITIVE_INFINITY };
      const samples = await readClockSamples(db, serial, { ...range, limit: historySamples });
      return { samples, ...(await readClockEvents(db, serial, { ...range, limit: historyEvents })) };
    },
    readPin: (place) => readPin(db, place),
    serialInPlaceOf: (place, expected) => serialInPlaceOf(db, place, expected),
    async pin(place, serial, configured) {
      return db.transaction().execute(async (tx) => {
        // Two gateways that meet the same serial at two places must not both find it free.
        await lockSerial(tx, serial);
        const before = await readPin(tx, place);
        const others = (await placesOfSerial(tx, serial)).filter(
          (other) => isConfigured(other) && keyOf(other) !== keyOf(place),
        );
        const [elsewhere] = others;
        if (elsewhere !== undefined) return { pinned: configured ? serial : (before ?? serial), elsewhere };
        // What a person wrote into the configuration replaces what was learnt.
        if (configured && before !== null && before !== serial) await unpinSerial(tx, place);
        return { pinned: await pinSerial(tx, place, serial), elsewhere: null };
      });
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
