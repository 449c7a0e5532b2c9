/** What came of a command, in one sentence. */
import type { MachineCommand } from '../../store/machine-commands.ts';
import { explainError } from '../../words/errors.ts';
import { settingResults } from '../../words/machines.ts';
import { count, offsetWords } from '../format.ts';
import type { Words } from '../words.ts';

/** Null while nothing came of it yet. */
export function resultText(command: MachineCommand, words: Words): string | null {
  const { lang } = words;
  const { result, errorCode, kind } = command;
  if (errorCode !== null) {
    const { what, next } = explainError({ code: errorCode }, lang);
    return `${what} ${next}`;
  }
  if (result === null) return null;
  if (kind === 'probe') return probeText(result, words);
  if (kind === 'read') return readText(result, words);
  if (kind === 'set-clock') return settingText(result, words);
  if (kind === 'pause') return typeof result.reason === 'string' ? result.reason : '';
  return '';
}

type Facts = NonNullable<MachineCommand['result']>;

function probeText(result: Facts, words: Words): string {
  const id = words.lang === 'id';
  const parts = [id ? `Menjawab dalam ${result.connectMs} ms` : `Answered within ${result.connectMs} ms`];
  if (result.expectedSerial !== null && result.serial !== result.expectedSerial)
    parts.push(id ? `nomor seri LAIN: ${result.serial}` : `ANOTHER serial number: ${result.serial}`);
  if (typeof result.records === 'number')
    parts.push(`${count(result.records, words)} ${id ? 'catatan di memori' : 'records in its log'}`);
  if (typeof result.offsetMs === 'number') {
    const bound = typeof result.offsetBoundMs === 'number' ? result.offsetBoundMs : null;
    parts.push(`${id ? 'jam' : 'clock'} ${offsetWords(result.offsetMs, bound, words)}`);
  }
  return `${parts.join(' · ')}.`;
}

function readText(result: Facts, words: Words): string {
  const id = words.lang === 'id';
  const fresh = count(Number(result.newRecords ?? 0), words);
  const all = count(Number(result.records ?? 0), words);
  return id ? `Terbaca seluruhnya: ${all} catatan, ${fresh} baru.` : `Read whole: ${all} punches, ${fresh} new.`;
}

function settingText(result: Facts, words: Words): string {
  const said = settingResults[String(result.result)]?.[words.lang] ?? String(result.result);
  if (result.result !== 'set' || typeof result.beforeMs !== 'number') return `${said}.`;
  const before = offsetWords(result.beforeMs, null, words);
  const after = typeof result.afterMs === 'number' ? offsetWords(result.afterMs, null, words) : '–';
  return words.lang === 'id'
    ? `${said}: tadinya ${before}, kini ${after}.`
    : `${said}: it was ${before}, now ${after}.`;
}
