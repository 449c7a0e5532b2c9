/** `/api/v1/offices`: the board for systems, one office and its day after another. */
import { z } from 'zod';
import { seesOffice } from '../accounts/permissions.ts';
import { toldInstant } from '../store/told-row.ts';
import { storeAway } from './access/problems.ts';
import { instantField, toldAt } from './api/fields.ts';
import { pageOf, pageOfAll, pageParams } from './api/paging.ts';
import { type AnyApiRoute, apiRoute, refuse } from './api/route.ts';
import type { BoardOffice } from './board.ts';
import type { BoardSource, BoardView } from './board-source.ts';

const state = z.enum(['complete', 'complete-except', 'not-yet']).nullable();
const office = z.object({
  code: z.string(),
  name: z.string(),
  timeZone: z.string(),
  readAt: instantField().meta({ description: 'When all of this was so.' }),
  fromBefore: z.boolean().meta({ description: 'The database does not answer: this is the last that was known.' }),
  dayStart: instantField().meta({ description: 'Midnight of the office; everything below is since then.' }),
  machines: z.int(),
  fresh: z.int().meta({ description: 'Machines whose data is in: the completeness of every number here.' }),
  updatedAt: instantField().nullable(),
  stale: z.boolean(),
  punches: z.int(),
  pins: z.int().meta({ description: 'Different PINs among them.' }),
  uncertain: z.int().meta({ description: 'Punches whose instant is not certain.' }),
  perFiveMinutes: z.array(z.int()).meta({ description: 'Punches since midnight.' }),
  completeness: z.object({ today: state, yesterday: state }),
});

/** The route. */
export function boardApi(boards: BoardSource): readonly AnyApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/offices',
      needs: 'board.view',
      summary: 'Offices and their day so far, by code',
      description: 'The live board. Machines are at `/machines`, the punches themselves at `/changes`.',
      tag: 'Board',
      query: z.strictObject(pageParams),
      answer: pageOf(office),
      examples: [{ query: { limit: '1' }, answer: { items: [example], next: null } }],
      async handle(call) {
        const view = await boards.latest();
        if (view === null) return refuse(storeAway);
        const seen = view.board.offices.filter(({ code }) => seesOffice(call.reader, code));
        return pageOfAll(
          call,
          seen,
          (one) => told(one, view),
          ({ code }) => code,
        );
      },
    }),
  ];
}

function told(found: BoardOffice, { board, away }: BoardView): z.output<typeof office> {
  const { code, name, timeZone, machines, fresh, stale, punches, pins, uncertain, bins, completeness } = found;
  return {
    ...{ code, name, timeZone, machines: machines.length, fresh, stale, punches, pins, uncertain },
    readAt: toldAt(board.readAtMs),
    fromBefore: away,
    dayStart: toldAt(found.dayStartMs),
    updatedAt: toldInstant(found.updatedMs),
    perFiveMinutes: bins.slice(0, bins.findLastIndex((count) => count > 0) + 1),
    completeness: { today: completeness.today?.state ?? null, yesterday: completeness.yesterday?.state ?? null },
  };
}

const example: z.output<typeof office> = {
  code: 'kominfo',
  name: 'Dinas Kominfo',
  timeZone: 'Asia/Makassar',
  readAt: '2026-03-02T04:00:00.000Z',
  fromBefore: false,
  dayStart: '2026-03-01T16:00:00.000Z',
  machines: 1,
  fresh: 1,
  updatedAt: '2026-03-02T03:59:30.000Z',
  stale: false,
  punches: 2,
  pins: 2,
  uncertain: 0,
  perFiveMinutes: [0, 2],
  completeness: { today: 'not-yet', yesterday: null },
};
