import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SpreadHost, type SpreadOffice, spread } from '../../src/office/spread.ts';
import { judged } from '../tools/judged.ts';

const codes = Array.from({ length: 50 }, (_, at) => `opd${at}`);
const fifty: readonly SpreadOffice[] = codes.map((code, at) => ({ code, terminals: 1 + (at % 11) }));
const total = fifty.reduce((sum, { terminals }) => sum + terminals, 0);

function host(name: string, offices: readonly string[] = codes): SpreadHost {
  return { holder: `${name}-1`, hostName: name, offices };
}

function loadOf(holder: string, owners: ReadonlyMap<string, string>): number {
  return fifty.reduce((sum, { code, terminals }) => sum + (owners.get(code) === holder ? terminals : 0), 0);
}

describe('offices', () => {
  test.each([1, 2, 3, 7])(
    'on %i gateways: every one polled, nobody above its share by more than one office',
    (count) => {
      const hosts = Array.from({ length: count }, (_, at) => host(`h${at}`));
      const owners = spread(fifty, hosts);
      expect([...owners.keys()].sort()).toEqual([...codes].sort());
      for (const { holder } of hosts) expect(loadOf(holder, owners)).toBeLessThanOrEqual(Math.ceil(total / count) + 11);
    },
  );

  test('mostly stay where they are when a gateway goes', () => {
    const three = [host('a'), host('b'), host('c')];
    const before = spread(fifty, three);
    const after = spread(fifty, three.slice(0, 2));
    const moved = codes.filter((code) => before.get(code) !== 'c-1' && before.get(code) !== after.get(code));
    expect(moved.length).toBeLessThanOrEqual(10);
  });

  test('a restarted gateway gets its own back', () => {
    const before = spread(fifty, [host('a'), host('b')]);
    const after = spread(fifty, [host('a'), { ...host('b'), holder: 'b-2' }]);
    expect(codes.map((code) => after.get(code))).toEqual(codes.map((code) => before.get(code)?.replace('b-1', 'b-2')));
  });

  test('go to a gateway that has them in its configuration', () => {
    const owners = spread(fifty, [host('a', ['opd0']), host('b', codes.slice(1))]);
    expect(owners.get('opd0')).toBe('a-1');
    expect(codes.slice(1).every((code) => owners.get(code) === 'b-1')).toBe(true);
  });

  test('that no gateway knows belong to none', () => {
    expect(spread(fifty, [])).toEqual(new Map());
    expect(spread([{ code: 'x', terminals: 3 }], [host('a')])).toEqual(new Map());
  });

  test('whatever order gateways are listed in, all of them work out the same', judged, () => {
    const listed = fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'], { minLength: 1 });
    const property = fc.property(listed, fc.nat(), (names, turn) => {
      const hosts = names.map((name) => host(name));
      const rotated = [...hosts.slice(turn % hosts.length), ...hosts.slice(0, turn % hosts.length)];
      expect(spread([...fifty].reverse(), rotated)).toEqual(spread(fifty, hosts));
    });
    fc.assert(property, { seed: 5 });
  });
});
