import { describe, expect, test } from 'vitest';
import { checkConfig, parseAddressRange } from '../../src/config.ts';

describe('a range', () => {
  test('leaves out the network and the broadcast address', () => {
    expect(parseAddressRange('10.10.1.4/30')).toEqual(['10.10.1.5', '10.10.1.6']);
    expect(parseAddressRange('10.10.1.0/24')).toHaveLength(254);
    expect(parseAddressRange('172.16.4.0/22')?.at(-1)).toBe('172.16.7.254');
  });

  test('of one or two addresses has them all', () => {
    expect(parseAddressRange('10.10.1.7/32')).toEqual(['10.10.1.7']);
    expect(parseAddressRange('10.10.1.6/31')).toEqual(['10.10.1.6', '10.10.1.7']);
  });

  test.each(['', '10.10.1.0', '10.10.0.0/21', '10.10.1.0/33', '10.10.1.1/24', '256.1.1.0/24', 'kantor/24', '::1/128'])(
    '%j is none',
    (text) => expect(parseAddressRange(text)).toBeNull(),
  );
});

const office = (field: string): string =>
  `offices: [ { code: a, name: A, timeZone: Asia/Jayapura, ${field}, terminals: [ { name: L, host: h } ] } ]\n`;

test.each([
  ['searchRange: ["10.10.0.0/22", "10.10.8.0/30"]', true, null],
  ['searchRange: ["10.10.0.0/22", "10.10.4.0/29"]', false, 'offices[0].searchRange'],
  ['searchRange: ["10.10.1.5/24"]', false, 'offices[0].searchRange'],
  ['rush: []', true, null],
  ['rush: ["07:00-08:00", "07:30-09:00"]', false, 'offices[0].rush'],
  ['rush: ["7-8"]', false, 'offices[0].rush'],
  ['live: maybe', false, 'offices[0].live'],
])('%s', (field, isFine, at) => {
  const { value, faults } = checkConfig(office(field), {});
  expect(value !== null).toBe(isFine);
  expect(faults?.map((fault) => fault.field) ?? [null]).toEqual([at]);
});
