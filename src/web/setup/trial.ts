/** Trying a connection that is not saved: where it may go, how many at once, and what came of it in plain words. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isSimulatedSerial, terminalSchema } from '../../config.ts';
import { isGerbangError, messageOf } from '../../errors.ts';
import { admit } from '../../setup/addresses.ts';
import type { TypedTerminal } from '../../setup/change.ts';
import { placeOfKey } from '../../setup/key-box.ts';
import { writeAudit } from '../../store/audit-log.ts';
import type { ManagedTerminal } from '../../store/setup.ts';
import { explainError } from '../../words/errors.ts';
import type { Lang } from '../../words/language.ts';
import { setupWords as words } from '../../words/setup.ts';
import { setupTroubles } from '../../words/setup-troubles.ts';
import { entryOf } from '../context.ts';
import type { Trial } from './form-views.ts';
import type { SetupPages } from './routes.ts';

const mostAtOnce = 4;
let running = 0;

const parsedTarget = z.object({
  driver: terminalSchema.unwrap().shape.driver,
  transport: terminalSchema.unwrap().shape.transport,
  quirks: terminalSchema.unwrap().shape.quirks,
});

/**
 * Tries a machine as it was typed.
 *
 * @param terminal was found in order already
 * @param saved what is kept of it, for a comm key that was not typed again
 */
export async function tryTyped(
  { context, setup }: SetupPages,
  request: FastifyRequest,
  terminal: TypedTerminal,
  saved: ManagedTerminal | null,
  lang: Lang,
): Promise<Trial> {
  const { officeCode, name, host, port, serial } = terminal;
  const said = (trouble: keyof typeof setupTroubles): Trial => ({ what: setupTroubles[trouble][lang], next: '' });
  const admitted = await admit({ host, port }, setup.plan.now().networksOf(officeCode), setup.means.rules);
  if ('refused' in admitted) return said(admitted.refused);
  if (running >= mostAtOnce) return { what: words.testBusy[lang], next: '' };
  const detail = { address: `${admitted.address}:${port}` };
  await writeAudit(
    context.database.db,
    entryOf(request, { action: 'setup.test', subject: `${officeCode}/${name}`, officeCode, detail }),
  );
  running += 1;
  try {
    const found = await setup.tryTerminal({
      ...parsedTarget.parse(terminal),
      host: admitted.address,
      port,
      commKey: keyOf(setup, terminal, saved),
      timeZone: setup.plan.office(officeCode)?.timeZone ?? 'UTC',
    });
    if (!setup.means.rehearsal && isSimulatedSerial(found.serial)) return said('serial-simulated');
    return { found, otherSerial: serial !== null && serial !== found.serial };
  } catch (error) {
    if (!isGerbangError(error)) context.log.error({ err: error, reqId: request.id }, 'test of a connection broke');
    if (!isGerbangError(error)) return { what: messageOf(error), next: '' };
    const { what, next } = explainError(error, lang);
    return { what, next };
  } finally {
    running -= 1;
  }
}

function keyOf(
  { means }: SetupPages['setup'],
  { commKey, officeCode, name }: TypedTerminal,
  saved: ManagedTerminal | null,
): number | null {
  if (commKey === null) return null;
  if (commKey !== 'keep') return Number(commKey);
  const sealed = saved?.sealedCommKey ?? null;
  const opened = sealed === null ? null : (means.keys?.open(sealed, placeOfKey(officeCode, name)) ?? null);
  return opened === null ? null : Number(opened);
}
