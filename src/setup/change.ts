/**
 * Changing the setup: all of a change or nothing of it. What would contradict the file or itself is refused whole, with a
 * reason for each fault; history and audit log are written with the change.
 */

import { isWithin, officeSchema, parseNetwork } from '../config.ts';
import { type AuditEntry, writeAudit } from '../store/audit-log.ts';
import type { Database } from '../store/database.ts';
import {
  type Managed,
  type ManagedOffice,
  type ManagedTerminal,
  noteSetupChange,
  putManagedOffice,
  putManagedTerminal,
  putOfficeNetworks,
  readManaged,
  removeManagedOffice,
  removeManagedTerminal,
  takeSetupTurn,
} from '../store/setup.ts';
import { type SetupTrouble, setupTroubles } from '../words/setup-troubles.ts';
import { type AddressRules, admit } from './addresses.ts';
import { type Effective, type EffectiveMeans, effectiveOf, placeText, type SetupFault } from './effective.ts';
import { placeOfKey } from './key-box.ts';

/** A machine as somebody typed it. */
export interface TypedTerminal extends Omit<ManagedTerminal, 'sealedCommKey'> {
  /** Digits to save; `keep` what is saved; null for none. */
  readonly commKey: string | 'keep' | null;
}

/** One wish. `networks` empty: the office follows the general ones. */
export type SetupWish =
  | { readonly do: 'put-office'; readonly office: ManagedOffice; readonly networks?: readonly string[] }
  | { readonly do: 'put-networks'; readonly officeCode: string; readonly networks: readonly string[] }
  | { readonly do: 'remove-office'; readonly code: string }
  | { readonly do: 'put-terminal'; readonly terminal: TypedTerminal }
  | { readonly do: 'remove-terminal'; readonly officeCode: string; readonly name: string };

/** What changing needs. */
export interface ChangeMeans extends EffectiveMeans {
  readonly database: Database;
  readonly rules: AddressRules;
}

/** Whoever asks. */
export type SetupActor = Pick<AuditEntry, 'actorKind' | 'actor' | 'requestId'>;

/** What became of one wish. */
export type WishOutcome = 'added' | 'changed' | 'unchanged' | 'removed';

/** What became of all of them. Faults: nothing was changed. */
export interface SetupOutcome {
  readonly revision: number;
  readonly faults: readonly SetupFault[];
  /** In the order of the wishes. */
  readonly outcomes: readonly WishOutcome[];
}

/** Thrown to roll back; not an error that anybody sees. */
class Nothing extends Error {
  readonly outcome: SetupOutcome;

  constructor(outcome: SetupOutcome) {
    super('nothing to change');
    this.outcome = outcome;
  }
}

/**
 * Carries out wishes, all or none.
 *
 * @param options.dryRun only says what would become of them
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function changeSetup(
  means: ChangeMeans,
  wishes: readonly SetupWish[],
  actor: SetupActor,
  options: { readonly dryRun?: boolean } = {},
): Promise<SetupOutcome> {
  const { db } = means.database;
  try {
    return await db.transaction().execute(async (tx) => {
      const revision = await takeSetupTurn(tx);
      const before = await readManaged(tx);
      const steps = wishes.map((wish) => stepOf(means, before, wish));
      const after = steps.reduce((managed, step) => step.apply(managed), before);
      const faults = await faultsOf(means, after, steps);
      const outcomes = steps.map(({ outcome }) => outcome);
      const outcome: SetupOutcome = { revision, faults, outcomes };
      const isIdle = outcomes.every((one) => one === 'unchanged');
      if (faults.length > 0 || options.dryRun === true || isIdle) throw new Nothing(outcome);
      for (const step of steps) await carryOut(tx, step, revision, actor);
      return outcome;
    });
  } catch (error) {
    // Rolled back, the turn included: nobody is told of a change that was none.
    if (error instanceof Nothing) return { ...error.outcome, revision: error.outcome.revision - 1 };
    throw error;
  }
}

type Tx = Database['db'];

/** Names that are asked of DNS at the same time. */
const namesAtOnce = 32;

interface Step {
  readonly kind: 'office' | 'terminal';
  readonly officeCode: string;
  readonly name: string;
  readonly outcome: WishOutcome;
  /** As history and audit log show it. */
  readonly before: Shown | null;
  readonly after: Shown | null;
  readonly faults: readonly SetupFault[];
  apply(managed: Managed): Managed;
  write(tx: Tx): Promise<void>;
}

type Shown = Readonly<Record<string, unknown>>;

function stepOf(means: ChangeMeans, now: Managed, wish: SetupWish): Step {
  switch (wish.do) {
    case 'put-office':
      return putOffice(means, now, wish.office, wish.networks);
    case 'put-networks':
      return putNetworks(means, now, wish.officeCode, wish.networks);
    case 'remove-office':
      return removeOffice(means, now, wish.code);
    case 'put-terminal':
      return putTerminal(means, now, wish.terminal);
    case 'remove-terminal':
      return removeTerminal(means, now, wish.officeCode, wish.name);
  }
}

function putOffice(means: ChangeMeans, now: Managed, typed: ManagedOffice, networks?: readonly string[]): Step {
  const office = normalOffice(typed);
  const known = now.offices.find(({ code }) => code === office.code);
  const before = known === undefined ? null : { ...known, networks: now.networks.get(office.code) ?? [] };
  const wanted = networks ?? now.networks.get(office.code) ?? [];
  const after = { ...office, networks: wanted };
  const inFile = isOfficeOfFile(means, office.code);
  return {
    ...officeStep(office.code, before, after),
    faults: [
      ...(inFile ? [faultOf(office.code, null, 'code', 'office-in-file')] : []),
      ...networkFaults(means, office.code, wanted),
    ],
    apply: (managed) => ({
      ...managed,
      offices: [...managed.offices.filter(({ code }) => code !== office.code), office],
      networks: withNetworks(managed, office.code, wanted),
    }),
    async write(tx) {
      await putManagedOffice(tx, office);
      await putOfficeNetworks(tx, office.code, wanted);
    },
  };
}

/** With defaults filled in and numbers as numbers, where nothing is wrong with it. */
function normalOffice(typed: ManagedOffice): ManagedOffice {
  const { code, name, timeZone } = typed;
  const parsed = officeSchema.safeParse({ ...typed.settings, code, name, timeZone, terminals: [] });
  if (!parsed.success) return typed;
  const { code: _code, name: _name, timeZone: _zone, terminals: _terminals, ...settings } = parsed.data;
  return { code, name, timeZone, settings };
}

function putNetworks(means: ChangeMeans, now: Managed, code: string, networks: readonly string[]): Step {
  const isKnown = isOfficeOfFile(means, code) || now.offices.some((office) => office.code === code);
  return {
    ...officeStep(code, { networks: now.networks.get(code) ?? [] }, { networks }),
    faults: [
      ...(isKnown ? [] : [faultOf(code, null, 'code', 'office-missing')]),
      ...networkFaults(means, code, networks),
    ],
    apply: (managed) => ({ ...managed, networks: withNetworks(managed, code, networks) }),
    write: (tx) => putOfficeNetworks(tx, code, networks),
  };
}

function removeOffice(means: ChangeMeans, now: Managed, code: string): Step {
  const known = now.offices.find((office) => office.code === code);
  const before = known === undefined ? null : { ...known, networks: now.networks.get(code) ?? [] };
  const faults: SetupFault[] = [];
  if (isOfficeOfFile(means, code)) faults.push(faultOf(code, null, 'code', 'office-in-file'));
  else if (known === undefined) faults.push(faultOf(code, null, 'code', 'office-missing'));
  if (now.terminals.some(({ officeCode }) => officeCode === code))
    faults.push(faultOf(code, null, 'code', 'office-has-terminals'));
  return {
    ...officeStep(code, before, null),
    faults,
    apply: (managed) => ({ ...managed, offices: managed.offices.filter((office) => office.code !== code) }),
    write: (tx) => removeManagedOffice(tx, code),
  };
}

function putTerminal(means: ChangeMeans, now: Managed, typed: TypedTerminal): Step {
  const { commKey, ...rest } = typed;
  const { officeCode, name } = rest;
  const known = terminalIn(now, officeCode, name);
  const faults: SetupFault[] = [];
  if (isTerminalOfFile(means, officeCode, name)) faults.push(faultOf(officeCode, name, 'name', 'terminal-in-file'));
  let sealedCommKey: Uint8Array | null = null;
  if (commKey === 'keep') sealedCommKey = known?.sealedCommKey ?? null;
  else if (commKey !== null && means.keys === null) faults.push(faultOf(officeCode, name, 'commKey', 'no-secret'));
  else if (commKey !== null)
    sealedCommKey = sealUnlessSame(means, known ?? null, commKey, placeOfKey(officeCode, name));
  const terminal: ManagedTerminal = { ...rest, sealedCommKey };
  const isNewKey = sealedCommKey !== null && sealedCommKey !== known?.sealedCommKey;
  const before = known === undefined ? null : shownTerminal(known, false);
  return {
    ...stepBase('terminal', officeCode, name, before, shownTerminal(terminal, isNewKey)),
    faults,
    apply: (managed) => ({
      ...managed,
      terminals: [...managed.terminals.filter((one) => one.officeCode !== officeCode || one.name !== name), terminal],
    }),
    write: (tx) => putManagedTerminal(tx, terminal),
  };
}

function removeTerminal(means: ChangeMeans, now: Managed, officeCode: string, name: string): Step {
  const known = terminalIn(now, officeCode, name);
  const faults: SetupFault[] = [];
  if (isTerminalOfFile(means, officeCode, name)) faults.push(faultOf(officeCode, name, 'name', 'terminal-in-file'));
  else if (known === undefined) faults.push(faultOf(officeCode, name, 'name', 'terminal-missing'));
  return {
    ...stepBase('terminal', officeCode, name, known === undefined ? null : shownTerminal(known, false), null),
    faults,
    apply: (managed) => ({
      ...managed,
      terminals: managed.terminals.filter((one) => one.officeCode !== officeCode || one.name !== name),
    }),
    write: (tx) => removeManagedTerminal(tx, officeCode, name),
  };
}

/** Faults of the wishes themselves, of the whole that would come about, and of addresses that must not be asked. */
async function faultsOf(means: ChangeMeans, after: Managed, steps: readonly Step[]): Promise<readonly SetupFault[]> {
  const whole = effectiveOf(means, after);
  const touched = new Set(
    steps.map(({ officeCode, kind, name }) => placeText(officeCode, kind === 'office' ? '' : name)),
  );
  const own = steps.flatMap(({ faults }) => faults);
  const named = new Set(
    own.map(({ officeCode, terminalName, field }) => `${placeText(officeCode, terminalName ?? '')} ${field}`),
  );
  const left = whole.leftOut.filter(({ officeCode, terminalName, field }) => {
    const place = placeText(officeCode, terminalName ?? '');
    return touched.has(place) && !named.has(`${place} ${field}`);
  });
  const refused = new Set([...own, ...left].map((fault) => placeText(fault.officeCode, fault.terminalName ?? '')));
  const asked = steps.filter(
    ({ kind, officeCode, name, after: shown, outcome }) =>
      kind === 'terminal' && shown !== null && outcome !== 'unchanged' && !refused.has(placeText(officeCode, name)),
  );
  const judged: SetupFault[] = [];
  for (let from = 0; from < asked.length; from += namesAtOnce) {
    const part = asked.slice(from, from + namesAtOnce);
    const answers = await Promise.all(part.map((step) => judgeStep(step, whole, means.rules)));
    judged.push(...answers.flat());
  }
  return [...own, ...left, ...judged];
}

async function judgeStep(step: Step, whole: Effective, rules: AddressRules): Promise<readonly SetupFault[]> {
  const { officeCode, name, after } = step;
  const target = { host: String(after?.host), port: Number(after?.port) };
  const admitted = await admit(target, whole.networksOf(officeCode), rules);
  return 'refused' in admitted ? [faultOf(officeCode, name, 'host', admitted.refused)] : [];
}

async function carryOut(
  tx: Tx,
  step: Step,
  revision: number,
  { actorKind, actor, requestId }: SetupActor,
): Promise<void> {
  const { kind, officeCode, name, before, after, outcome } = step;
  if (outcome === 'unchanged') return;
  await step.write(tx);
  await noteSetupChange(tx, { revision, actorKind, actor, kind, officeCode, name, before, after });
  const verb = { added: 'add', changed: 'change', removed: 'remove', unchanged: 'change' }[outcome];
  const subject = kind === 'office' ? officeCode : `${officeCode}/${name}`;
  const fields = Object.keys(after ?? {}).filter(
    (key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]),
  );
  const detail = { revision, ...(outcome === 'changed' ? { fields } : {}) };
  await writeAudit(tx, {
    actorKind,
    actor,
    requestId: requestId ?? null,
    action: `setup.${kind}-${verb}`,
    subject,
    officeCode,
    detail,
  });
}

function officeStep(code: string, before: Shown | null, after: Shown | null) {
  return stepBase('office', code, '', before, after);
}

function stepBase(kind: Step['kind'], officeCode: string, name: string, before: Shown | null, after: Shown | null) {
  return { kind, officeCode, name, before, after, outcome: outcomeOf(before, after) };
}

function outcomeOf(before: Shown | null, after: Shown | null): WishOutcome {
  if (after === null) return 'removed';
  if (before === null) return 'added';
  return canonical(before) === canonical(after) ? 'unchanged' : 'changed';
}

/** Postgres keeps the keys of an object in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A key is shown as "there is one"; a new one as "new", so that the change is seen and the key is not. */
function shownTerminal({ sealedCommKey, ...rest }: ManagedTerminal, isNewKey: boolean): Shown {
  return { ...rest, commKey: sealedCommKey === null ? 'none' : isNewKey ? 'new' : 'set' };
}

/** The saved bytes where the key is the saved one: locking it again would look like a change. */
function sealUnlessSame(
  { keys }: ChangeMeans,
  known: ManagedTerminal | null,
  key: string,
  place: string,
): Uint8Array | null {
  const saved = known?.sealedCommKey ?? null;
  if (keys === null) return null;
  return saved !== null && keys.open(saved, place) === key ? saved : keys.seal(key, place);
}

function networkFaults({ file }: ChangeMeans, code: string, networks: readonly string[]): readonly SetupFault[] {
  const general = file.web.setupNetworks.flatMap((text) => parseNetwork(text) ?? []);
  if (networks.length > 50) return [faultOf(code, null, 'networks', 'too-many')];
  return networks.flatMap((text) => {
    const network = parseNetwork(text);
    if (network === null) return [faultOf(code, null, 'networks', 'network-unknown')];
    return isWithin(network, general) ? [] : [faultOf(code, null, 'networks', 'network-outside')];
  });
}

function withNetworks(managed: Managed, code: string, networks: readonly string[]): Managed['networks'] {
  const all = new Map(managed.networks);
  if (networks.length === 0) all.delete(code);
  else all.set(code, networks);
  return all;
}

function terminalIn(managed: Managed, officeCode: string, name: string): ManagedTerminal | undefined {
  return managed.terminals.find((one) => one.officeCode === officeCode && one.name === name);
}

function isOfficeOfFile({ file }: ChangeMeans, code: string): boolean {
  return file.offices.some((office) => office.code === code);
}

function isTerminalOfFile({ file }: ChangeMeans, officeCode: string, name: string): boolean {
  return file.offices.some(({ code, terminals }) => code === officeCode && terminals.some((one) => one.name === name));
}

function faultOf(officeCode: string, terminalName: string | null, field: string, trouble: SetupTrouble): SetupFault {
  return { officeCode, terminalName, field, text: setupTroubles[trouble] };
}
