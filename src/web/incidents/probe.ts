/** A live look at a reported machine, done by whichever gateway polls its office. */
import type { FastifyRequest } from 'fastify';
import { addStep, type IncidentRow } from '../../store/incidents.ts';
import { requestCommand } from '../../store/machine-commands.ts';
import { entryOf, type WebContext } from '../context.ts';
import { stepActorOf } from './actions.ts';

/** Asks for a probe. @returns the command, or null where there is no machine to ask */
export async function askProbe(
  { database, nowMs }: Pick<WebContext, 'database' | 'nowMs'>,
  request: FastifyRequest,
  incident: IncidentRow,
): Promise<string | null> {
  const { number, officeCode, terminalName } = incident;
  if (officeCode === null || terminalName === null) return null;
  const by = stepActorOf(request);
  const audit = entryOf(request, {
    action: 'machine.probe',
    subject: terminalName,
    officeCode,
    detail: { incident: number },
  });
  const place = { officeCode, terminalName };
  const command = await requestCommand(database.db, place, 'probe', by.actor, audit);
  await database.db
    .transaction()
    .execute((tx) => addStep(tx, { number, what: 'probe', note: '', by, atMs: nowMs(), detail: { command } }));
  return command;
}
