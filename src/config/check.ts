/** Checking a configuration: every fault at once, each with its place. */
import type { z } from 'zod';
import { type FieldNode, fieldAt, fieldsOf } from './describe.ts';
import { duplicates, simulatedSerials } from './duplicates.ts';
import { type Environment, environmentOf, environmentSchema } from './environment.ts';
import type { ConfigFault } from './faults.ts';
import type { Bilingual } from './fields.ts';
import { type Config, configSchema } from './schema.ts';
import { type ConfigSource, type LocatedFault, pathText, readSource } from './source.ts';

/** The variables of a process, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Either what was checked, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly value: T; readonly faults: null }
  | { readonly value: null; readonly faults: readonly ConfigFault[] };

/**
 * Checks the text of a `gerbang.yaml`.
 *
 * @param env where `${NAME}` is looked up; values taken from it are never shown
 * @param options.simulated a rehearsal or a demo: its terminals have serials that are refused otherwise
 * @returns the deep-frozen configuration, or all faults in the order of the text
 */
export function checkConfig(
  text: string,
  env: Variables,
  { simulated = false }: { readonly simulated?: boolean } = {},
): Checked<Config> {
  const source = readSource(text, env);
  const parsed = configSchema.safeParse(source.value);
  const located = [...source.faults, ...schemaFaults(parsed.error, source), ...duplicates(source)];
  if (!simulated) located.push(...simulatedSerials(source));
  if (located.length === 0 && parsed.success) return { value: parsed.data, faults: null };

  const judged = located.filter((fault) => {
    if (fault.kind === 'syntax' || source.brokenAtOffset === Number.POSITIVE_INFINITY) return true;
    return fault.offset < source.brokenAtOffset && fault.kind !== 'missing';
  });
  const ordered = judged.sort((a, b) => a.offset - b.offset);
  return { value: null, faults: ordered.map((fault) => withLines(fault, source)) };
}

/** Checks the environment: the same rules and the same kind of faults, without lines. */
export function checkEnvironment(env: Variables): Checked<Environment> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environmentSchema.safeParse(set);
  if (parsed.success) return { value: environmentOf(parsed.data), faults: null };
  const faults = parsed.error.issues.map((issue): ConfigFault => {
    const known = fieldAt(environmentSchema, issue.path);
    const value = known?.help.secret === true ? '***' : String(set[String(issue.path[0])] ?? '');
    const allowed = known?.help.allowed ?? null;
    return { kind: 'not-allowed', line: 0, column: 0, field: pathText(issue.path), value, allowed, firstLine: null };
  });
  return { value: null, faults };
}

function schemaFaults(error: z.ZodError | undefined, source: ConfigSource): readonly LocatedFault[] {
  const alreadyNamed = new Set(source.faults.map((fault) => fault.field));
  return (error?.issues ?? [])
    .flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue, source) : [valueFault(issue, source)]))
    .filter((fault) => !alreadyNamed.has(fault.field));
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, source: ConfigSource): readonly LocatedFault[] {
  const parent = fieldAt(configSchema, issue.path);
  const known = (issue.path.length === 0 ? fieldsOf(configSchema) : (parent?.children ?? [])).map((field) => field.key);
  const names = known.join(', ');
  return issue.keys.map((key) => {
    const path = pathText([...issue.path, key]);
    const offset = source.places.get(`key ${path}`)?.offset ?? 0;
    // The value of an unknown key is not shown: `commkey: 1234` is a misspelled secret.
    return { kind: 'unknown-key', field: path, offset, value: null, allowed: { id: names, en: names } };
  });
}

function valueFault(issue: z.core.$ZodIssue, source: ConfigSource): LocatedFault {
  const path = pathText(issue.path);
  const known = fieldAt(configSchema, issue.path);
  const place = source.places.get(path);
  const keys = issue.path.length === 0 ? fieldsOf(configSchema) : (known?.children ?? null);
  const isMap = keys !== null && typeof (issue.path.at(-1) ?? 0) === 'number';
  const allowed = isMap ? mapOf(keys) : (known?.help.allowed ?? null);
  if (place === undefined)
    return { kind: 'missing', field: path, offset: missingAt(issue.path, source), value: null, allowed };
  // A map or list, or text where one of them belongs, is not repeated: it may hold a comm key.
  const isLeaf = known !== null && known.children === null;
  const value = !isLeaf ? null : known.help.secret === true ? '***' : place.written;
  return { kind: 'not-allowed', field: path, offset: place.offset, value, allowed };
}

function mapOf(fields: readonly FieldNode[]): Bilingual {
  const keys = fields.map((field) => field.key).join(', ');
  return { id: `isian dengan kunci ${keys}`, en: `a map with the keys ${keys}` };
}

/** The key without a value, else the nearest thing around it that is there. */
function missingAt(path: readonly PropertyKey[], source: ConfigSource): number {
  const key = source.places.get(`key ${pathText(path)}`);
  if (key !== undefined) return key.offset;
  const parent = path.slice(0, -1);
  return source.places.get(pathText(parent))?.offset ?? (parent.length > 0 ? missingAt(parent, source) : 0);
}

function withLines(fault: LocatedFault, source: ConfigSource): ConfigFault {
  const { offset, firstOffset, ...rest } = fault;
  const firstLine = firstOffset === undefined ? null : source.lineAndColumn(firstOffset).line;
  const value = rest.value === null ? null : withoutKeys(rest.value);
  return { ...rest, value, field: withoutKeys(rest.field), ...source.lineAndColumn(offset), firstLine };
}

/** `commKey:4711` without the space is a key of that name, and `host: 10.0.0.1 commKey=4711` a host. Names of variables stay. */
function withoutKeys(text: string): string {
  return text.replace(/(?<!\$\{\w*)(key).+/is, '$1***');
}
