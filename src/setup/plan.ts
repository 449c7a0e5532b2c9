/**
 * The setup while a gateway runs: read again whenever the database says that it changed, and every few seconds in case
 * nobody was heard saying so.
 */

import type { OfficeConfig } from '../config.ts';
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import { readOffices } from '../store/board.ts';
import type { Database } from '../store/database.ts';
import { readManaged, readSetupRevision } from '../store/setup.ts';
import { watchSetup } from '../store/watch-outbox.ts';
import { type Effective, type EffectiveMeans, effectiveOf } from './effective.ts';

/** The setup as this process knows it. */
export interface Plan {
  now(): Effective;
  office(code: string): OfficeConfig | undefined;
  /** The zone of an office, also of one that was removed: its last batches may still be under way. */
  zoneOf(code: string): string | null;
  /** Looks now. @throws GerbangError STORE_UNAVAILABLE */
  refresh(): Promise<void>;
  /** Calls back after every change, until the returned function is called. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** What a plan needs. */
export interface PlanMeans extends EffectiveMeans {
  readonly database: Database;
  readonly log: Log;
  /** Between two looks that nobody asked for, in milliseconds. Default 5,000. */
  readonly everyMs?: number | undefined;
}

/**
 * Reads the setup and keeps it current.
 *
 * @throws GerbangError STORE_UNAVAILABLE, STORE_SCHEMA_OUTDATED
 */
export async function startPlan(means: PlanMeans): Promise<Plan> {
  const { database, log, everyMs = 5_000 } = means;
  const zones = new Map((await readOffices(database.db)).map(({ code, timeZone }) => [code, timeZone]));
  const listeners = new Set<() => void>();
  let effective = effectiveOf(means, await readManaged(database.db));
  let looking: Promise<void> | null = null;
  let again = false;
  let closed = false;
  adopt();

  function adopt(): void {
    for (const { code, timeZone } of effective.offices) zones.set(code, timeZone);
    for (const { officeCode, terminalName, field, text } of [...effective.leftOut, ...effective.keyless])
      log.warn({ office: officeCode, terminal: terminalName, field, reason: text.en }, 'part of the setup is left out');
  }

  async function look(): Promise<void> {
    do {
      again = false;
      if ((await readSetupRevision(database.db)) === effective.revision) continue;
      effective = effectiveOf(means, await readManaged(database.db));
      adopt();
      log.info({ revision: effective.revision, offices: effective.offices.length }, 'setup changed');
      for (const listener of listeners) listener();
    } while (again && !closed);
  }

  const refresh = (): Promise<void> => {
    again = true;
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
  const hint = (): void => {
    if (closed) return;
    refresh().catch((err: unknown) => {
      log[isGerbangError(err, 'STORE_UNAVAILABLE') ? 'debug' : 'error']({ err }, 'setup not read');
    });
  };
  const watch = watchSetup(database, hint);
  const timer = setInterval(hint, everyMs);
  timer.unref();

  return {
    now: () => effective,
    office: (code) => effective.byCode.get(code),
    zoneOf: (code) => zones.get(code) ?? null,
    refresh,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await watch.close();
      await looking?.catch(() => undefined);
    },
  };
}
