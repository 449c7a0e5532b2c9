/** What can be wrong with a configuration, and how it is said to a person. */
import type { Bilingual } from './fields.ts';

/** Kinds of faults. Duplicates name the line of the first holder. */
export type FaultKind =
  | 'syntax'
  | 'key-twice'
  | 'alias'
  | 'unknown-key'
  | 'missing'
  | 'not-allowed'
  | 'variable-unset'
  | 'variable-malformed'
  | 'office-twice'
  | 'terminal-twice'
  | 'address-twice'
  | 'serial-twice'
  | 'serial-simulated'
  | 'name-twice';

/** One fault. Positions count from 1; both are 0 for the environment, which has none. */
export interface ConfigFault {
  readonly kind: FaultKind;
  readonly line: number;
  readonly column: number;
  /** `offices[0].terminals[1].host`, or the name of an environment variable. */
  readonly field: string;
  /** The value as written: `***` for secrets, `${NAME}` for what came from a variable, null where there is none. */
  readonly value: string | null;
  readonly allowed: Bilingual | null;
  /** Line of the first holder of a value that may exist once only. */
  readonly firstLine: number | null;
}

const problems: Readonly<Record<FaultKind, Bilingual>> = {
  syntax: { id: 'di sini teksnya bukan YAML yang benar', en: 'here the text is not correct YAML' },
  'key-twice': { id: 'tertulis dua kali', en: 'is written twice' },
  alias: {
    id: 'jangkar dan alias YAML (& dan *) tidak didukung',
    en: 'YAML anchors and aliases (& and *) are not supported',
  },
  'unknown-key': { id: 'tidak dikenal', en: 'is not known' },
  missing: { id: 'wajib diisi', en: 'is required' },
  'not-allowed': { id: 'isinya tidak diperbolehkan', en: 'has a value that is not allowed' },
  'variable-unset': {
    id: 'memakai variabel lingkungan yang tidak ada',
    en: 'uses an environment variable that is not set',
  },
  'variable-malformed': {
    id: `berisi \${…} yang bukan nama variabel`,
    en: `holds a \${…} that is not the name of a variable`,
  },
  'office-twice': { id: 'kode OPD ini sudah dipakai', en: 'this office code is already in use' },
  'terminal-twice': {
    id: 'nama mesin ini sudah dipakai di OPD yang sama',
    en: 'this terminal name is already in use in the office',
  },
  'address-twice': {
    id: 'alamat ini sudah dipakai mesin lain',
    en: 'this address already belongs to another terminal',
  },
  'name-twice': { id: 'nama ini sudah dipakai', en: 'this name is already in use' },
  'serial-twice': {
    id: 'nomor seri ini sudah dipakai mesin lain',
    en: 'this serial already belongs to another terminal',
  },
  'serial-simulated': {
    id: 'nomor seri ini milik mesin tiruan (gladi atau demo); tulis nomor seri mesin sungguhan, atau hapus barisnya',
    en: 'this serial is one of simulated terminals (rehearsal or demo); write the serial of the real terminal, or remove the line',
  },
};

/** One fault as one line of text, without the file name: `line 4, column 15: offices[0].timeZone …`. */
export function describeFault(fault: ConfigFault, lang: 'id' | 'en'): string {
  const say = (texts: Bilingual): string => texts[lang];
  const parts: string[] = [];
  if (fault.line > 0) {
    parts.push(
      `${say({ id: 'baris', en: 'line' })} ${fault.line}, ${say({ id: 'kolom', en: 'column' })} ${fault.column}: `,
    );
  }
  parts.push(fault.field === '' ? '' : `${fault.field} `, say(problems[fault.kind]));
  if (fault.value !== null) parts.push(`: ${oneLine(fault.value)}`);
  if (fault.firstLine !== null)
    parts.push(` (${say({ id: 'pertama di baris', en: 'first on line' })} ${fault.firstLine})`);
  if (fault.allowed !== null)
    parts.push(`; ${say({ id: 'yang diperbolehkan', en: 'allowed' })}: ${say(fault.allowed)}`);
  return parts.join('');
}

/** A value as it may be shown: one line, bounded, no control characters. */
function oneLine(value: string): string {
  const clean = value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  return clean.length > 80 ? `${clean.slice(0, 79)}…` : clean;
}
