/** What the page says in English. The same keys as Indonesian; the compiler holds the two together. */
import type { Lang } from '../../words/language.ts';
import type { Mark } from '../mark.ts';
import type { indonesian } from './id.ts';

/** Same shape, other words. */
type Translated<T> = T extends Lang
  ? Lang
  : T extends string
    ? string
    : T extends (...args: infer A) => string
      ? (...args: A) => string
      : { readonly [K in keyof T]: Translated<T[K]> };

/** All texts of the page in one language. */
export type Words = Translated<typeof indonesian>;

const marks: Readonly<Record<Mark, string>> = {
  ok: 'ok',
  slow: 'slow',
  clock: 'clock off',
  silent: 'silent',
  trouble: 'read failed',
  person: 'needs a person',
  waiting: 'waiting',
  reported: 'reported broken',
  paused: 'paused',
};

export const english: Words = {
  lang: 'en',
  locale: 'en-GB',
  title: 'Live board',
  rehearsal: 'Rehearsal · practice data',
  rehearsalHint: 'Simulated terminals. No punch on this page is real.',
  product: 'Gerbang',
  language: 'Language',
  skip: 'Skip to the offices',
  today: 'today',
  yesterday: 'yesterday',
  unit: { punches: (n) => (n === 1 ? 'punch' : 'punches'), people: (n) => (n === 1 ? 'person' : 'people') },
  byPeople: 'by',
  pinsHint: 'Counted from the different PINs of each office today; one person with two PINs counts as two.',
  uncertain: (n) => `${n} without a certain time`,
  uncertainHint: 'The clock of the terminal jumped near these punches. They are stored; their time is not certain yet.',
  machinesOf: (fresh, total) => `${fresh} of ${total} terminals read`,
  complete: 'Complete',
  incomplete: 'Not yet complete',
  completeHint: 'Every terminal was read within the last minutes.',
  incompleteHint: "Today's punches of terminals that were not read are still to come.",
  updated: 'updated',
  noMachines: 'no terminals yet',
  neverUpdated: 'never read yet',
  since: 'since',
  marks,
  markCount: (n, mark) => `${n} ${marks[mark]}`,
  legend: 'Terminal marks',
  columns: {
    office: 'Office',
    machines: 'Terminals',
    today: 'Today',
    completeness: 'Completeness',
    offset: 'Largest clock offset',
    day: 'Today over time',
  },
  offsetFast: (span) => `${span} fast`,
  offsetSlow: (span) => `${span} slow`,
  offsetExact: 'exact',
  offsetUnknown: 'not measured yet',
  boundUnknown: 'bounds not known yet',
  machineTable: {
    caption: (office) => `Attendance terminals of ${office}`,
    open: 'List of terminals',
    name: 'Terminal',
    state: 'State',
    lastRead: 'Last read',
    offset: 'Clock offset',
    memory: 'Log fill',
    details: 'Technical details',
    serial: 'Serial number',
    serialUnknown: 'serial number not known yet',
    address: 'Address',
    model: 'Model',
    firmware: 'Firmware',
    users: 'Users',
    code: 'Error code',
    message: 'Message',
    records: (n, of) => `${n} of ${of}`,
    nearlyFull: 'Log nearly full',
    none: 'No terminal yet. Add the terminals of this office to gerbang.yaml.',
  },
  problems: {
    slow: {
      why: 'This terminal has not been read for several rounds.',
      next: 'Wait for the next round; if it stays, check the network of the office.',
    },
    clock: {
      why: (offset) => `The clock of the terminal is ${offset}.`,
      next: 'Punches are corrected all the same. Gerbang sets the clock in quiet hours where it may.',
    },
    reset: {
      why: (offset) => `The clock started anew after it lost power: ${offset}.`,
      next: 'Needs a clock battery. No punch is lost; times are corrected as far as proven.',
    },
    paused: {
      why: 'This terminal is paused: it is not read, and not counted as broken.',
      next: 'Resume it on its page when it is ready; its punches are read afterwards.',
    },
    reported: {
      why: 'This terminal was reported broken or lost, and the report is not settled yet.',
      next: 'See its report for who has it.',
    },
    waiting: { why: 'Waiting for its first read.', next: 'Nothing to do.' },
  },
  attention: {
    title: 'Needs attention',
    none: 'Nothing. Every terminal is read and its clock is right.',
    noneYet: 'No terminal has been read yet.',
    more: (n) => `${n} more terminals: open their office in the list.`,
    wholeOffice: (n) => `All ${n} terminals are silent`,
    wholeOfficeWhy: 'Probably the network or the power of the office.',
    wholeOfficeNext: 'Call the office: check the power, then the router or the line to it.',
    next: 'Next',
  },
  live: {
    title: 'Punches arriving',
    hint: 'Newest on top, by the time they were received.',
    none: 'No punches in the last 24 hours. They appear here as soon as a terminal is read.',
    older: (n) => `${n} older punches received`,
    missed: (n) => `${n} more punches arrived at once and are not listed one by one; all are stored`,
    restarted: 'The list was loaded anew: the connection was gone for too long. The database holds everything.',
    pin: 'PIN',
  },
  verify: { unknown: (code) => `Mode ${code}` },
  states: { 0: 'In', 1: 'Out', none: '—' },
  timeStatus: {
    final: 'final',
    provisional: 'provisional',
    bounded: 'approximate',
    ambiguous: 'ambiguous',
    uncorrectable: 'uncorrectable',
  },
  timeStatusHint: {
    final: 'Corrected, and will not change.',
    provisional: 'Corrected; waiting for the next look at the clock.',
    bounded: 'Only the bounds of its time are known.',
    ambiguous: 'The clock jumped: more than one time fits.',
    uncorrectable: 'The time on the terminal cannot be corrected.',
  },
  histogram: {
    none: 'No punches today yet.',
    label: (peakTime, peak) => `Punches of today per 5 minutes. Most at ${peakTime}: ${peak} punches.`,
  },
  stale: {
    gateway: 'The gateway has not updated its data since',
    gatewayNext: 'The numbers below are the last known state. Check that gerbang still runs.',
    database: 'The database cannot be reached. The numbers below are from',
    databaseNext: 'Punches are safe in the terminals and in the queue. Check Postgres.',
    link: 'This page lost its connection to the gateway at',
    linkNext: 'The numbers below do not move. The page keeps trying to connect.',
    noScript: 'Without JavaScript this page reloads every 30 seconds.',
  },
  empty: {
    title: 'No offices yet',
    text: 'The board fills as soon as the gateway has read its first terminal. An operator adds offices under Settings → Offices and terminals under Settings → Terminals, or in gerbang.yaml.',
  },
  away: {
    title: 'The database cannot be reached',
    text: 'There are no numbers to show yet. Punches stay in the terminals. Check Postgres and DATABASE_URL; this page reloads by itself.',
  },
  notFound: { title: 'Page not found', text: 'This address does not exist.', back: 'Back to the live board' },
  footer: {
    made: 'Page made',
    counts: "Punches are counted by each office's own day. Gerbang does not judge who is late or absent.",
  },
};
