/** What `status` says of records that are gone. */
import type { GapRow } from '../store/gaps.ts';
import { sayIn } from '../web/instant-words.ts';
import { groundTexts, lossTexts, lostText, spanText } from '../words/completeness.ts';
import { completenessWords } from '../words/completeness-command.ts';
import type { Cli } from './cli.ts';
import { printable } from './output.ts';

/** Gaps as `status --json` answers them; instants as ISO 8601 in UTC. */
export interface GapStatus extends Pick<GapRow, 'kind' | 'serial' | 'atLeast' | 'atMost' | 'ground'> {
  readonly office: string;
  readonly terminal: string;
  readonly since: string | null;
  readonly until: string;
  readonly reachedAt: string | null;
}

/** A gap as data. */
export function gapStatusOf(gap: GapRow): GapStatus {
  const { kind, serial, atLeast, atMost, ground, officeCode, terminalName, sinceMs, untilMs, reachedAtMs } = gap;
  const isoOf = (atMs: number | null): string | null =>
    atMs === null || !Number.isFinite(atMs) ? null : new Date(atMs).toISOString();
  const until = new Date(untilMs).toISOString();
  const when = { since: isoOf(sinceMs), until, reachedAt: isoOf(reachedAtMs) };
  return { office: officeCode, terminal: terminalName, serial, kind, atLeast, atMost, ground, ...when };
}

/** Gaps in words, each with the reason why its number is only a bound; nothing when there are none. */
export function gapsText(gaps: readonly GapStatus[], zoneOf: (office: string) => string, cli: Cli): string {
  if (gaps.length === 0) return '';
  const lines = gaps.map(({ office, terminal, kind, atLeast, atMost, ground, since, until }) => {
    const span = spanText(since, until, sayIn(zoneOf(office)), cli.lang);
    const what = `${office}/${terminal}: ${cli.say(lossTexts[kind])}, ${lostText(atLeast, atMost, cli.lang)} ${span}.`;
    return `  ${printable(`${what} ${cli.say(groundTexts[ground])}`)}\n`;
  });
  return `${cli.say(completenessWords.gaps)}\n${lines.join('')}\n`;
}
