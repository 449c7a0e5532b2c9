/**
 * What the operations room of the demo holds when it opens: people behind the PINs, a machine that was reported broken, one
 * that is lost, one whose clock is wrong. All of it is invented, and marked as practice on every page.
 */
import type { IncidentKind, IncidentState } from '../../incident/steps.ts';
import { writeAudit } from '../../store/audit-log.ts';
import type { Database } from '../../store/database.ts';
import { addFacts, readMachineFacts } from '../../store/incident-facts.ts';
import { addStep, listIncidents, openIncident, type StepActor } from '../../store/incidents.ts';
import { addPerson, addPin, countPeople } from '../../store/people.ts';
import { brokenPlace, type DemoOptions, lostPlace, officeCodesOf, officeOf } from './world.ts';

type Db = Database['db'];
const dayMs = 86_400_000;

const hr: StepActor = { actorKind: 'account', actor: 'bkpp', actorName: 'Hendra (BKPP)' };
const operator: StepActor = { actorKind: 'account', actor: 'operator', actorName: 'Rina (Kominfo)' };

/** Fills what is empty; a second start finds it as people left it. */
export async function fillRoom({ db }: Pick<Database, 'db'>, options: DemoOptions, nowMs: number): Promise<void> {
  if ((await countPeople(db, null)) === 0) await addPeople(db, options);
  const reports = await listIncidents(db, { officeCode: null, limit: 1 });
  if (reports.length === 0) for (const story of storiesOf(options)) await tell(db, story, nowMs);
}

/** Given names and family names as they are common all over the archipelago. */
const given = ['Siti', 'Budi', 'Dewi', 'Agus', 'Rina', 'Yohanes', 'Nur', 'Ketut', 'Maria', 'Andi', 'Fitri', 'Bambang'];
const family = ['Wahyuni', 'Santoso', 'Lestari', 'Pratama', 'Simanjuntak', 'Wonda', 'Hidayat', 'Suardana', 'Tulung'];

async function addPeople(db: Db, options: DemoOptions): Promise<void> {
  const codes = officeCodesOf(options);
  await db.transaction().execute(async (tx) => {
    for (let at = 0; at < options.people; at += 1) {
      // The simulator deals people to machines in turn, and numbers them from 1001 on.
      const officeCode = codes[officeOf(at % options.terminals, options)] ?? '';
      const name = `${given[at % given.length]} ${family[(at * 7 + Math.floor(at / given.length)) % family.length]}`;
      const personId = await addPerson(tx, { name, nip: inventedNip(at), officeCode, endedOn: null });
      const pin = {
        serial: null,
        pin: String(1001 + at),
        fromMs: Number.NEGATIVE_INFINITY,
        untilMs: Number.POSITIVE_INFINITY,
      };
      // One in ten was never registered: that is how it is.
      if (at % 10 !== 9) await addPin(tx, { ...pin, personId, officeCode });
    }
    const detail = { people: options.people };
    await writeAudit(tx, { actorKind: 'command', actor: 'demo', action: 'people.import', detail });
  });
}

/** Birth date, first month of service, sex, running number: the shape of a NIP, and nobody's. */
function inventedNip(at: number): string {
  const born = 1968 + (at % 30);
  const sex = 1 + (at % 2);
  return `${born}0${1 + (at % 9)}${10 + (at % 18)}${born + 24}0${1 + (at % 9)}${sex}${String(at % 1000).padStart(3, '0')}`;
}

interface Story {
  readonly kind: IncidentKind;
  readonly officeCode: string;
  readonly terminalName: string;
  readonly words: string;
  readonly daysAgo: number;
  readonly steps: readonly {
    readonly to: IncidentState;
    readonly by: StepActor;
    readonly note: string;
    readonly daysAgo: number;
  }[];
}

function storiesOf(options: DemoOptions): readonly Story[] {
  const stories: Story[] = [];
  const [first = '', second, third] = officeCodesOf(options);
  if (second !== undefined)
    stories.push({
      kind: 'broken',
      officeCode: second,
      terminalName: brokenPlace,
      words: 'Layar mati sejak listrik padam. Sudah dicoba colokan lain, tetap tidak menyala.',
      daysAgo: 5,
      steps: [
        { to: 'acknowledged', by: operator, note: 'Teknisi dijadwalkan besok pagi.', daysAgo: 4.8 },
        { to: 'verified', by: operator, note: 'Adaptor mati, mesin tidak menyala.', daysAgo: 4 },
        { to: 'in-repair', by: operator, note: 'Dikirim ke vendor.', daysAgo: 3.5 },
      ],
    });
  if (third !== undefined)
    stories.push({
      kind: 'lost',
      officeCode: third,
      terminalName: lostPlace,
      words: 'Mesin tidak ada di dudukannya pagi ini. Satpam tidak melihat siapa yang membawanya.',
      daysAgo: 1.2,
      steps: [{ to: 'acknowledged', by: operator, note: 'Rekaman kamera diminta ke satpam.', daysAgo: 1 }],
    });
  // The second machine of the first office loses its clock's battery (world.ts, demoScenario).
  if (options.terminals > options.offices && first !== '')
    stories.push({
      kind: 'wrong-time',
      officeCode: first,
      terminalName: 'Pintu Timur',
      words: 'Layar menunjukkan tanggal 1 Januari 2000.',
      daysAgo: 0.01,
      steps: [],
    });
  return stories;
}

async function tell(db: Db, story: Story, nowMs: number): Promise<void> {
  const { kind, officeCode, terminalName, words, daysAgo, steps } = story;
  const atMs = nowMs - daysAgo * dayMs;
  const place = { officeCode, terminalName };
  const facts = await readMachineFacts(db, place, nowMs);
  await db.transaction().execute(async (tx) => {
    const { number } = await openIncident(tx, {
      kind,
      ...place,
      place: '',
      sinceMs: atMs - 2 * 3_600_000,
      words,
      by: hr,
      atMs,
    });
    if (facts !== null) await addFacts(tx, number, facts);
    for (const { to, by, note, daysAgo: stepDays } of steps)
      await addStep(tx, { number, what: to, note, by, atMs: nowMs - stepDays * dayMs });
    const detail = { kind, terminal: terminalName };
    await writeAudit(tx, {
      actorKind: 'command',
      actor: 'demo',
      action: 'incident.report',
      subject: String(number),
      officeCode,
      detail,
    });
  });
}
