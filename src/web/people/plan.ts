/** What a list would change, worked out without changing anything. Pure. */
import { createHash } from 'node:crypto';
import { type PersonPin, type PersonRow, serviceEndMs } from '../../store/people.ts';
import type { PeopleChanges } from '../../store/people-import.ts';
import type { PeopleFault } from '../../words/people.ts';
import { type CheckedLine, checkLine, type TypedLine } from './fields.ts';

/** What is known before. */
export interface KnownPeople {
  readonly people: readonly PersonRow[];
  readonly pins: readonly PersonPin[];
  /** Time zones of the offices that whoever imports may change. */
  readonly zones: ReadonlyMap<string, string>;
  /** Machines whose PINs they may give; null for all. */
  readonly serials: ReadonlySet<string> | null;
}

export type StepKind = 'newPerson' | 'changedPerson' | 'newPin' | 'endedPin';

/** One change, as it is shown. */
export interface Step {
  readonly number: number;
  readonly kind: StepKind;
  readonly name: string;
  readonly officeCode: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly faults: readonly { readonly number: number; readonly fault: PeopleFault }[];
  /** Lines that say what is known already. */
  readonly same: number;
  readonly changes: PeopleChanges;
  /** Stands for the changes: the same list over the same people gives the same one. */
  readonly digest: string;
}

type Span = Pick<PersonPin, 'fromMs' | 'untilMs'> & { who: string; pinId: number | null };

/** Makes a plan of a list. */
export function planPeople(
  lines: readonly { readonly number: number; readonly typed: TypedLine }[],
  known: KnownPeople,
): Plan {
  const people = peopleIndex(known);
  const spans = new Map<string, Span[]>();
  for (const pin of known.pins) {
    const { fromMs, untilMs } = pin;
    add(spans, scopeOf(pin), { fromMs, untilMs, who: pin.personId, pinId: pin.personPinId });
  }
  const faults: { number: number; fault: PeopleFault }[] = [];
  const checked = lines.flatMap(({ number, typed }) => {
    const said = checkLine(typed, known.zones);
    const isForeign =
      typeof said !== 'string' && said.pin?.serial != null && known.serials?.has(said.pin.serial) === false;
    const line = isForeign ? 'faultMachine' : said;
    if (typeof line !== 'string') return [{ number, line }];
    faults.push({ number, fault: line });
    return [];
  });
  const made = planLines(checked, { people, spans, zones: known.zones }, faults);
  const overlap = overlapping(spans);
  for (const { number, scope } of made.added) if (overlap.has(scope)) faults.push({ number, fault: 'faultTaken' });
  const told = JSON.stringify(made.changes, (_key, value) => (typeof value === 'number' ? String(value) : value));
  const digest = createHash('sha256').update(told).digest('base64url');
  const byLine = faults.sort((a, b) => a.number - b.number);
  return { steps: made.steps, faults: byLine, same: made.same, changes: made.changes, digest };
}

function planLines(
  checked: readonly { readonly number: number; readonly line: CheckedLine }[],
  { people, spans, zones }: PlanMeans,
  faults: { number: number; fault: PeopleFault }[],
) {
  const changes = {
    added: [] as { key: string; person: CheckedLine }[],
    changed: new Map<string, PersonRow>(),
    pins: [] as PeopleChanges['pins'][number][],
    ends: [] as PeopleChanges['ends'][number][],
  };
  const steps: Step[] = [];
  const added: { number: number; scope: string }[] = [];
  let same = 0;
  for (const { number, line } of checked) {
    const before = steps.length;
    const { name, nip, officeCode } = line;
    const step = (kind: StepKind): void => void steps.push({ number, kind, name, officeCode });
    const found = people.find(line);
    if (found === 'elsewhere') {
      faults.push({ number, fault: 'faultOffice' });
      continue;
    }
    const endMs = serviceEndMs(found?.endedOn ?? null, zones.get(officeCode) ?? 'UTC');
    if (line.pin !== null && line.pin.untilMs > endMs) {
      faults.push({ number, fault: 'faultEnded' });
      continue;
    }
    const who = found?.personId ?? people.add(line);
    if (found === null) {
      changes.added.push({ key: who, person: line });
      step('newPerson');
    } else if (!who.startsWith('+') && (found.name !== name || found.officeCode !== officeCode)) {
      changes.changed.set(who, { ...found, name, nip: nip ?? found.nip, officeCode });
      step('changedPerson');
    }
    if (line.pin !== null) {
      const { pin } = line;
      const scope = scopeOf({ ...pin, officeCode });
      const there = spans.get(scope)?.find((span) => span.who === who && span.fromMs === pin.fromMs);
      if (there === undefined) {
        changes.pins.push({ ...pin, personKey: who, officeCode });
        add(spans, scope, { fromMs: pin.fromMs, untilMs: pin.untilMs, who, pinId: null });
        added.push({ number, scope });
        step('newPin');
      } else if (there.untilMs !== pin.untilMs && there.pinId !== null) {
        changes.ends.push({ personId: who, personPinId: there.pinId, untilMs: pin.untilMs });
        Object.assign(there, { untilMs: pin.untilMs });
        added.push({ number, scope });
        step('endedPin');
      }
    }
    if (steps.length === before) same += 1;
  }
  return { steps, added, same, changes: { ...changes, changed: [...changes.changed.values()] } };
}

interface PlanMeans {
  readonly people: PeopleIndex;
  readonly spans: Map<string, Span[]>;
  readonly zones: KnownPeople['zones'];
}

interface PeopleIndex {
  /** `elsewhere`: the person is of an office that whoever imports may not see. */
  find(line: CheckedLine): PersonRow | null | 'elsewhere';
  /** Remembers a person of this list; returns a key that is none of a stored person. */
  add(line: CheckedLine): string;
}

/** People are the same by their NIP; those without one by office and name. */
function peopleIndex({ people, zones }: KnownPeople): PeopleIndex {
  const byNip = new Map(people.flatMap((person) => (person.nip === null ? [] : [[person.nip, person] as const])));
  const keyOf = (person: { name: string; officeCode: string }): string =>
    `${person.officeCode} ${person.name.toLowerCase()}`;
  const byName = new Map(people.filter(({ nip }) => nip === null).map((person) => [keyOf(person), person]));
  let fresh = 0;
  return {
    find(line) {
      const found = (line.nip === null ? byName.get(keyOf(line)) : byNip.get(line.nip)) ?? null;
      return found === null || zones.has(found.officeCode) ? found : 'elsewhere';
    },
    add(line) {
      fresh += 1;
      const person = { ...line, personId: `+${fresh}`, endedOn: null };
      if (line.nip === null) byName.set(keyOf(line), person);
      else byNip.set(line.nip, person);
      return person.personId;
    },
  };
}

function scopeOf(pin: { serial: string | null; officeCode: string; pin: string }): string {
  return pin.serial === null ? `o ${pin.officeCode} ${pin.pin}` : `m ${pin.serial} ${pin.pin}`;
}

function add(spans: Map<string, Span[]>, scope: string, span: Span): void {
  const list = spans.get(scope);
  if (list === undefined) spans.set(scope, [span]);
  else list.push(span);
}

/** Machines and offices on which a PIN would be two people at once. */
function overlapping(spans: ReadonlyMap<string, readonly Span[]>): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const [scope, list] of spans) {
    const ordered = [...list].sort((a, b) => (a.fromMs < b.fromMs ? -1 : a.fromMs > b.fromMs ? 1 : 0));
    if (ordered.some((span, at) => at > 0 && span.fromMs < (ordered[at - 1]?.untilMs ?? span.fromMs)))
      scopes.add(scope);
  }
  return scopes;
}
