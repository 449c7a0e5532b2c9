/**
 * From YAML text to plain values, each with the place it stands at.
 *
 * Scalars stay text (YAML's failsafe schema): the configuration's schema knows what is a number, and YAML's guesses
 * would turn serial `0012345` into 12345. Variables are put in after parsing, so that no value can add YAML of its own.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { ConfigFault, FaultKind } from './faults.ts';
import type { Bilingual } from './fields.ts';

/** Where a value stands, and how it may be shown. */
export interface Place {
  readonly offset: number;
  /** As written in the file: `${NAME}` stays `${NAME}`. Null for maps and lists. */
  readonly written: string | null;
}

/** The parsed file. */
export interface ConfigSource {
  readonly value: unknown;
  /** By path as {@link pathText} writes it; keys of maps under `key ` + path. */
  readonly places: ReadonlyMap<string, Place>;
  readonly faults: readonly LocatedFault[];
  /** Where the text stops being YAML: what stands behind it cannot be judged. Infinity when all of it is YAML. */
  readonly brokenAtOffset: number;
  lineAndColumn(offset: number): { line: number; column: number };
}

/** A fault before its offset is turned into line and column. */
export type LocatedFault = Pick<ConfigFault, 'kind' | 'field' | 'value' | 'allowed'> & {
  readonly offset: number;
  readonly firstOffset?: number;
};

/** `offices[0].terminals[1].host` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

/**
 * `${NAME}` is not a plain scalar inside `{ … }`, where YAML reads its brace as a map. Stand-ins of the same length from
 * the private use area make it one and keep every position.
 */
const opener = '\uE000\uE001';
const closer = '\uE002';
const variable = /\uE000\uE001([A-Za-z_][A-Za-z0-9_]*)\uE002/g;

function shield(text: string): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, `${opener}$1${closer}`);
}

function unshield(text: string): string {
  return text.replaceAll(opener, '${').replaceAll(closer, '}');
}

/** Parses the text and substitutes variables from `env`. Never throws for what the text holds. */
export function readSource(text: string, env: Readonly<Record<string, string | undefined>>): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(shield(text), {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    // 'silent' would also swallow the fault of a second document.
    logLevel: 'error',
  });
  const places = new Map<string, Place>();
  const faults: LocatedFault[] = [];

  const fault = (kind: FaultKind, path: readonly PropertyKey[], offset: number, value: string | null): undefined => {
    faults.push({ kind, field: pathText(path), offset, value, allowed: null });
  };

  const scalar = (
    node: Node,
    source: string,
    plain: boolean,
    path: readonly PropertyKey[],
    offset: number,
  ): unknown => {
    if (plain && /^(~|null|)$/i.test(source)) return undefined;
    const value = source.replace(variable, (_match, name: string) => {
      const content = env[name];
      if (content === undefined || content === '') fault('variable-unset', path, offset, `\${${name}}`);
      return content ?? '';
    });
    if (source.includes('${')) fault('variable-malformed', path, offset, null);
    places.set(pathText(path), { offset: node.range?.[0] ?? offset, written: unshield(source) });
    return value;
  };

  const walk = (node: unknown, path: readonly PropertyKey[], parentOffset: number): unknown => {
    if (isAlias(node)) return fault('alias', path, node.range?.[0] ?? parentOffset, null);
    if (isScalar(node)) {
      return scalar(node, String(node.value ?? ''), node.type === 'PLAIN', path, node.range?.[0] ?? parentOffset);
    }
    if (!isMap(node) && !isSeq(node)) return undefined;
    const offset = node.range?.[0] ?? parentOffset;
    places.set(pathText(path), { offset, written: null });
    if (isSeq(node)) return node.items.map((item, index) => walk(item, [...path, index], offset));
    const entries = node.items.flatMap((pair): [string, unknown][] => {
      if (!isScalar(pair.key)) {
        fault('syntax', path, offset, null);
        return [];
      }
      const key = unshield(String(pair.key.value));
      const keyOffset = pair.key.range?.[0] ?? offset;
      places.set(`key ${pathText([...path, key])}`, { offset: keyOffset, written: key });
      return [[key, walk(pair.value, [...path, key], keyOffset)]];
    });
    // fromEntries defines own properties, so a key named __proto__ stays a key and is refused as unknown.
    return Object.fromEntries(entries);
  };

  const value = walk(document.contents, [], 0) ?? {};
  const syntax = syntaxFaults(document.errors, places);
  return {
    value,
    places,
    faults: [...faults, ...syntax],
    brokenAtOffset: Math.min(
      Number.POSITIVE_INFINITY,
      ...syntax.filter((each) => each.kind === 'syntax').map((each) => each.offset),
    ),
    lineAndColumn: (offset) => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    },
  };
}

const layout: Bilingual = {
  id: 'lekukan yang sejajar, tanda kurung dan kutip yang ditutup',
  en: 'indentation that lines up, brackets and quotes that are closed',
};
const hints: Partial<Record<YAMLError['code'], Bilingual>> = {
  TAB_AS_INDENT: { id: 'spasi untuk lekukan, bukan tab', en: 'spaces for indentation, not tabs' },
  MULTIPLE_DOCS: { id: 'satu dokumen saja', en: 'one document only' },
  BAD_INDENT: layout,
  MISSING_CHAR: layout,
};

/**
 * The library's complaints as faults, one per field since one slip makes it complain several times. Its own words may
 * quote the text, and with it a comm key: only the kind and the place are passed on.
 */
function syntaxFaults(errors: readonly YAMLError[], places: ReadonlyMap<string, Place>): readonly LocatedFault[] {
  const found = new Map<string, LocatedFault>();
  for (const error of errors) {
    const kind = error.code === 'DUPLICATE_KEY' ? 'key-twice' : 'syntax';
    const before = [...places].filter(([, place]) => place.offset <= error.pos[0] && place.written !== null).at(-1);
    // An unclosed quote is noticed at the end of the text only; where it was opened is what helps.
    const offset = error.code === 'MISSING_CHAR' ? (before?.[1].offset ?? error.pos[0]) : error.pos[0];
    const field = kind === 'syntax' ? (before?.[0] ?? '').replace(/^key /, '') : '';
    const key = `${kind} ${field || offset}`;
    if (!found.has(key)) found.set(key, { kind, field, offset, value: null, allowed: hints[error.code] ?? null });
  }
  return [...found.values()];
}
