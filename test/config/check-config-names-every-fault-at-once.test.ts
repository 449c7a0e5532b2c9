import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkConfig, describeFault, type FaultKind, parseConfig } from '../../src/config.ts';
import { isGerbangError } from '../../src/errors.ts';

const faulty = readFileSync(new URL('faulty-gerbang-yaml.txt', import.meta.url), 'utf8');

/** Line, column, field and kind of each fault, for tables. */
function found(text: string, env: Record<string, string> = {}): [number, number, string, FaultKind][] {
  return (checkConfig(text, env).faults ?? []).map((fault) => [fault.line, fault.column, fault.field, fault.kind]);
}

describe('a file with a fault in nearly every line', () => {
  it('gets all of them in one go, each with its place', () => {
    expect(found(faulty)).toEqual([
      [4, 15, 'offices[0].timeZone', 'not-allowed'],
      [5, 23, 'offices[0].pollEverySeconds', 'not-allowed'],
      [6, 19, 'offices[0].clock.set', 'not-allowed'],
      [6, 60, 'offices[0].clock.quietHours', 'not-allowed'],
      [8, 50, 'offices[0].terminals[0].commKey', 'variable-unset'],
      [9, 17, 'offices[0].terminals[1].name', 'terminal-twice'],
      [9, 29, 'offices[0].terminals[1].host', 'address-twice'],
      [9, 50, 'offices[0].terminals[1].commKey', 'not-allowed'],
      [9, 59, 'offices[0].terminals[1].commkey', 'unknown-key'],
      [9, 82, 'offices[0].terminals[1].serial', 'serial-twice'],
      [10, 9, 'offices[0].terminals[2].host', 'missing'],
      [11, 28, 'offices[0].terminals[3].host', 'not-allowed'],
      [12, 9, 'offices[0].terminals[4]', 'not-allowed'],
      [13, 11, 'offices[1].code', 'office-twice'],
      [14, 5, 'offices[1].name', 'missing'],
      [15, 15, 'offices[1].timeZone', 'not-allowed'],
      [16, 5, 'offices[1].terminal', 'unknown-key'],
      [18, 9, 'ingest', 'not-allowed'],
    ]);
  });

  it('never repeats a comm key, not even a misspelled one', () => {
    for (const lang of ['id', 'en'] as const) {
      const text = (checkConfig(faulty, {}).faults ?? []).map((fault) => describeFault(fault, lang)).join('\n');
      expect(text).not.toContain('1234567');
      expect(text).not.toContain('5544');
      expect(text).toContain('***');
    }
  });

  it('refuses serials of simulated terminals, but in a rehearsal', () => {
    const office = (serial: string): string =>
      `offices:\n  - { code: a, name: A, timeZone: Asia/Jakarta, terminals: [{ name: Lobi, host: 10.0.0.1, serial: ${serial} }] }`;
    for (const serial of ['SIM1.5.20-0001', 'gladi-dinkes-0001']) {
      const [fault] = checkConfig(office(serial), {}).faults ?? [];
      expect(fault).toMatchObject({ kind: 'serial-simulated', field: 'offices[0].terminals[0].serial', line: 2 });
      expect(fault && describeFault(fault, 'id')).toContain(`mesin tiruan (gladi atau demo)`);
      expect(checkConfig(office(serial), {}, { simulated: true }).faults).toBeNull();
    }
    expect(checkConfig(office('SIMA1234'), {}).faults).toBeNull();
  });

  it('names the variable that is not set', () => {
    const fault = checkConfig(faulty, {}).faults?.find(({ kind }) => kind === 'variable-unset');
    expect(fault?.value).toBe(`\${KOMINFO_KEY}`);
  });

  it('says what is allowed, in both languages', () => {
    const [zone] = checkConfig(faulty, {}).faults ?? [];
    expect(zone && describeFault(zone, 'id')).toBe(
      'baris 4, kolom 15: offices[0].timeZone isinya tidak diperbolehkan: Asia/Jakart; ' +
        'yang diperbolehkan: nama zona IANA: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT), …',
    );
    expect(zone && describeFault(zone, 'en')).toContain('line 4, column 15: offices[0].timeZone has a value that');
  });

  it('throws one error that names them all', () => {
    try {
      parseConfig(faulty, {}, 'faulty.yaml');
      expect.unreachable();
    } catch (error) {
      expect(isGerbangError(error, 'CONFIG_INVALID')).toBe(true);
      expect(String(error)).toContain('faulty.yaml has 18 faults:');
      expect(String(error)).toContain('line 18, column 9: ingest');
    }
  });
});

describe('text that is not YAML', () => {
  it.each([
    ['a tab as indentation', 'offices:\n\t- code: a', [[2, 1, 'offices', 'syntax']]],
    ['a key twice', 'offices:\n  - { code: a, code: b, name: n, timeZone: Asia/Jakarta }', [[2, 16, '', 'key-twice']]],
    ['two documents', 'offices: []\n---\noffices: []\n', [[2, 1, 'offices', 'syntax']]],
    ['a map as a key', '? {a: b}\n: c\n', [[1, 1, '', 'syntax']]],
  ])('%s is named', (_name, text, expected) => {
    expect(found(text)).toEqual(expect.arrayContaining(expected));
  });

  it('does not judge what stands behind the broken place', () => {
    const text = 'web: { port: none }\noffices: [ { code: "a }\nqueue: { maxWaiting: none }\n';
    expect(found(text)).toEqual([
      [1, 14, 'web.port', 'not-allowed'],
      [2, 20, 'offices[0].code', 'syntax'],
    ]);
  });

  it.each([
    ['an unclosed quote', 'offices: [ { code: "a, terminals: [ { commKey: 31415 } ] } ]\n'],
    ['no space behind the colon', 'offices: [ { terminals: [ { name: a, commKey:31415 } ] } ]\n'],
    ['an equals sign', 'offices: [ { terminals: [ { host: 10.0.0.1 commKey=31415 } ] } ]\n'],
    ['no colon at all', 'offices:\n  - terminals:\n      - host: 10.0.0.1\n          comm_key 31415\n'],
    ['a line too far in', 'offices:\n  - terminals:\n      - host: 10.0.0.1\n          commKey: 31415\n'],
    ['text instead of a list', 'offices:\n  - terminals: Lobi 10.0.0.1 31415\n'],
  ])('repeats no comm key after %s', (_name, text) => {
    const { faults } = checkConfig(text, {});
    expect(faults?.length).toBeGreaterThan(0);
    expect(JSON.stringify(faults)).not.toContain('31415');
    expect((faults ?? []).map((fault) => describeFault(fault, 'en')).join()).not.toContain('31415');
  });

  it('refuses anchors and aliases instead of following them', () => {
    expect(found('web: &w { port: 1 }\nqueue: *w\n')).toContainEqual([2, 8, 'queue', 'alias']);
  });

  it('survives hostile nesting and hostile keys', () => {
    expect(checkConfig('['.repeat(20_000), {}).faults?.length).toBeGreaterThan(0);
    expect(found('__proto__: { polluted: yes }\n')).toContainEqual([1, 1, '__proto__', 'unknown-key']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('shows values on one line without control characters', () => {
    const [fault] = checkConfig('web: { host: "a\\e[31m\\nb" }\n', {}).faults ?? [];
    expect(fault && describeFault(fault, 'en')).toMatch(/^[^\p{Cc}]*$/u);
  });
});
