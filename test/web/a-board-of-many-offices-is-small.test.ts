import { expect, test } from 'vitest';
import type { BoardMachine, BoardOffice } from '../../src/web/board.ts';
import { toText } from '../../src/web/html.ts';
import { officeList } from '../../src/web/views/office-view.ts';
import { wordsOf } from '../../src/web/words.ts';

/** Midnight of 2 March 2026 in Jakarta. */
const dayStartMs = Date.UTC(2026, 2, 1, 17);
const nowMs = dayStartMs + 17 * 3_600_000;

function machine(officeCode: string, at: number): BoardMachine {
  return {
    officeCode,
    name: `Mesin ${at} Pintu Depan`,
    serial: `CLH4${officeCode}${at}`,
    address: '10.20.30.40:4370',
    state: 'ok',
    errorCode: null,
    errorText: null,
    failingSinceMs: null,
    lastAttemptMs: nowMs - 60_000,
    lastReadMs: nowMs - 60_000,
    offsetMs: 1_500 * at,
    offsetBoundMs: 900,
    records: 41_000,
    recordCapacity: 100_000,
    users: 117,
    firmware: 'Ver 6.60 Sep 19 2019',
    platform: 'ZMM220_TFT',
    deviceName: 'uFace800',
    updatedMs: nowMs - 60_000,
    mark: at === 3 ? 'clock' : 'ok',
    pausedUntilMs: null,
    reports: [],
    fresh: true,
  };
}

/** An office at the end of its day: people came from half past six to half past eight, and left from half past three on. */
function office(at: number): BoardOffice {
  const code = `opd${at}`;
  return {
    code,
    name: `Dinas Pemberdayaan Masyarakat dan Desa ${at}`,
    timeZone: 'Asia/Jakarta',
    dayStartMs,
    machines: [1, 2, 3, 4, 5].map((n) => machine(code, n)),
    fresh: 5,
    updatedMs: nowMs - 60_000,
    stale: false,
    punches: 1_234,
    pins: 117,
    uncertain: 0,
    bins: Array.from({ length: 288 }, (_, bin) =>
      (bin >= 78 && bin < 102) || (bin >= 186 && bin < 204) ? 1 + ((bin * 37 + at * 11) % 90) : 0,
    ),
    completeness: { today: null, yesterday: null },
  };
}

test.each(['id', 'en'] as const)(
  'forty-five offices and 225 machines at the end of a day leave a page below 100 KB, %s',
  (lang) => {
    const offices = Array.from({ length: 45 }, (_, at) => office(at));
    const board = { readAtMs: nowMs, offices, gatewayUpdatedMs: nowMs };
    const list = toText(officeList(board, { from: 6, to: 17 }, null, wordsOf(lang)));
    expect(list.match(/<svg class="mark /g)).toHaveLength(225);
    // What frames it takes eleven more, twenty live rows seven.
    expect(Buffer.byteLength(list)).toBeLessThan(82_000);
  },
);
