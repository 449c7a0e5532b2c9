/** The gateway reports machines that are silent, insane or not themselves, and says when they are well again. */
import { zoneOffsetMs } from '../clock/zone.ts';
import type { OfficeConfig } from '../config.ts';
import { isStoreAway } from '../errors.ts';
import { remindersDue } from '../incident/ageing.ts';
import { type WatchDecision, type WatchedPlace, watch } from '../incident/watch.ts';
import type { Log } from '../log.ts';
import { writeAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import { addFacts, readMachineFacts } from '../store/incident-facts.ts';
import { type OpenIncident, readOpenIncidents, readWatchedPlaces, takeWatchTurn } from '../store/incident-watch.ts';
import { addStep, lockIncident, openIncident, setReminders, setWellSince } from '../store/incidents.ts';
import { forgetOldOutages } from '../store/outages.ts';
import { gatewayName } from '../words/incidents.ts';

const everyMs = 300_000;
/** Once a day, and soon after a start. */
const forgetEvery = 288;
/** States of the last run are still in the table until the pollers have been round once. */
const firstAfterMs = 120_000;
const by = { actorKind: 'gateway', actor: 'gerbang', actorName: gatewayName.id } as const;

/** What of an office's setup this needs. */
export type WatchedOffice = Pick<OfficeConfig, 'code' | 'timeZone' | 'reportSilentAfterHours'>;

/** Looks again and again. Call what it returns to end it; a look under way is waited for. */
export function watchIncidents(
  database: Database,
  officesNow: () => readonly WatchedOffice[],
  log: Log,
): () => Promise<void> {
  const looks = createIncidentWatch(database, officesNow, () => Date.now());
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  let turns = 0;
  const forget = async (): Promise<void> => {
    if (turns % forgetEvery === 0) await forgetOldOutages(database.db);
    turns += 1;
  };
  const look = (): void => {
    running = looks()
      .then(({ opened, closed, proposed }) => {
        if (opened + closed + proposed > 0) log.info({ opened, closed, proposed }, 'reports of machines');
      })
      .then(forget)
      .catch((err: unknown) => {
        if (!isStoreAway(err)) log.warn({ err }, 'machines could not be looked at for reports');
      })
      .finally(() => {
        timer = setTimeout(look, everyMs);
        timer.unref();
      });
  };
  timer = setTimeout(look, firstAfterMs);
  timer.unref();
  return async () => {
    clearTimeout(timer);
    await running;
    // The look that was under way has set it once more.
    clearTimeout(timer);
  };
}

/** What one look did. */
export interface WatchResult {
  readonly opened: number;
  readonly closed: number;
  readonly proposed: number;
}

/**
 * One look after the other, each in one transaction; of several gateways one looks at a time.
 *
 * @param nowMs host time in milliseconds UTC
 */
export function createIncidentWatch(
  { db }: Pick<Database, 'db'>,
  officesNow: () => readonly WatchedOffice[],
  nowMs: () => number,
): () => Promise<WatchResult> {
  /** Since when each place was seen well at every look. A memory: after a restart the hour begins again. */
  const wellSince = new Map<string, number>();
  const keyOf = ({ officeCode, terminalName }: WatchedPlace): string => JSON.stringify([officeCode, terminalName]);

  const noteHealth = (places: readonly WatchedPlace[], atMs: number): void => {
    for (const place of places) {
      const key = keyOf(place);
      if (place.state !== 'ok' || place.errorCode !== null) wellSince.delete(key);
      else if (!wellSince.has(key)) wellSince.set(key, atMs);
    }
  };

  return () =>
    db.transaction().execute(async (tx) => {
      const counts = { opened: 0, closed: 0, proposed: 0 };
      const atMs = nowMs();
      const offices = new Map(officesNow().map((office) => [office.code, office]));
      const codes = [...offices.keys()];
      if (!(await takeWatchTurn(tx))) return counts;
      const places = await readWatchedPlaces(tx, codes);
      const incidents = await readOpenIncidents(tx, codes);
      noteHealth(places, atMs);
      const decisions = watch(places, incidents, {
        nowMs: atMs,
        silentHoursOf: (code) => offices.get(code)?.reportSilentAfterHours || null,
        offsetMsOf: (code) => (utcMs) => zoneOffsetMs(offices.get(code)?.timeZone ?? 'UTC', utcMs),
        wellSinceOf: (place) => wellSince.get(keyOf(place)) ?? null,
      });
      for (const decision of decisions) {
        const done = await carryOut(tx, decision, atMs);
        if (done !== null) counts[done] += 1;
      }
      await remind(tx, incidents, atMs);
      return counts;
    });
}

type Tx = Parameters<typeof openIncident>[0];

async function carryOut(tx: Tx, decision: WatchDecision, atMs: number): Promise<keyof WatchResult | null> {
  if (decision.do === 'open') {
    const { officeCode, terminalName, errorCode } = decision.place;
    const { kind, sinceMs, why } = decision;
    const report = { kind, officeCode, terminalName, place: '', sinceMs, words: '', by, atMs };
    const { number } = await openIncident(tx, { ...report, detail: { why, errorCode } });
    const facts = await readMachineFacts(tx, { officeCode, terminalName }, atMs);
    if (facts !== null) await addFacts(tx, number, facts);
    const subject = String(number);
    const entry = { actorKind: 'gateway', actor: by.actor, subject, officeCode } as const;
    await writeAudit(tx, { ...entry, action: 'incident.report', detail: { kind, why, terminal: terminalName } });
    return 'opened';
  }
  const { number } = decision;
  if (decision.do === 'withdraw') {
    await setWellSince(tx, number, null);
    await addStep(tx, { number, what: 'failed-again', note: '', by, atMs });
    return null;
  }
  await setWellSince(tx, number, decision.wellSinceMs);
  // Somebody may have taken it on since it was looked at: then it is theirs.
  const isUntouched = (await lockIncident(tx, number))?.state === 'reported';
  if (!decision.close || !isUntouched) {
    await addStep(tx, { number, what: 'well-again', note: '', by, atMs, detail: { code: 'well-again' } });
    return 'proposed';
  }
  await addStep(tx, { number, what: 'repaired', note: '', by, atMs, detail: { code: 'healed' } });
  const entry = { actorKind: 'gateway', actor: by.actor, subject: String(number) } as const;
  await writeAudit(tx, { ...entry, action: 'incident.step', detail: { to: 'repaired', code: 'healed' } });
  return 'closed';
}

async function remind(tx: Tx, incidents: readonly OpenIncident[], atMs: number): Promise<void> {
  for (const { number, state, lastStepMs, reminders } of incidents) {
    const due = remindersDue(state, atMs - lastStepMs);
    if (due <= reminders) continue;
    await setReminders(tx, number, due);
    await addStep(tx, { number, what: 'reminder', note: '', by, atMs, detail: { code: 'reminder', count: due } });
  }
}
