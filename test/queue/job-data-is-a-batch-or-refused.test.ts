import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GerbangError, isGerbangError } from '../../src/errors.ts';
import { batchToJobData, jobIdOf, parseBatch } from '../../src/queue/batch-json.ts';
import { judged } from '../tools/judged.ts';
import { batchOf } from './batches.ts';

const good = batchOf('JSON1', 40, 43);

/** The batch as it comes back from the queue, with one field replaced. */
function tampered(changes: Record<string, unknown>): unknown {
  return { ...JSON.parse(JSON.stringify(good)), ...changes };
}

function faultOf(data: unknown): GerbangError {
  try {
    parseBatch(data);
  } catch (error) {
    if (error instanceof GerbangError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a batch', () => {
  test('survives JSON', () => {
    expect(parseBatch(JSON.parse(JSON.stringify(batchToJobData(good))))).toEqual(good);
  });

  test.each([0, 1, 2, 3, 4, 5, 24_999, 25_000])('of %i records of 40 bytes is one', (records) => {
    expect(parseBatch(batchOf('LEN', 0, records)).to).toBe(records);
  });

  test('of the other layouts is one', () => {
    for (const [layout, strideBytes] of [
      ['zk8', 8],
      ['zk16', 16],
      ['zk40', 49],
      ['zk40', 128],
    ] as const) {
      const recordsBase64 = Buffer.alloc(3 * strideBytes, 7).toString('base64');
      expect(parseBatch(tampered({ layout, strideBytes, recordsBase64 })).layout).toBe(layout);
    }
  });

  test('of 8-byte records brings the printed ids of their users', () => {
    expect(
      parseBatch(
        ofIndexes([
          [1, '7001'],
          [65_535, '!~'],
        ]),
      ).userPins,
    ).toEqual([
      [1, '7001'],
      [65_535, '!~'],
    ]);
  });

  test('without a look before, without an end and without samples is one', () => {
    const bracket = { absentAtMs: null, presentAtMs: 1 };
    expect(parseBatch(tampered({ bracket, readThroughMs: null, samples: [], opens: null })).samples).toEqual([]);
  });

  test('has an id that says what it is about and holds no colon', () => {
    expect(jobIdOf({ ...good, batchId: 'b7' })).toBe('JSON1-1-40-43-b7');
  });
});

/** Three 8-byte records and ids beside them. */
function ofIndexes(userPins: unknown): unknown {
  return tampered({ layout: 'zk8', strideBytes: 8, recordsBase64: Buffer.alloc(24, 7).toString('base64'), userPins });
}

const records120 = good.recordsBase64;
const wrong: readonly (readonly [what: string, data: unknown, fields: string])[] = [
  ['nothing', undefined, ''],
  ['null', null, ''],
  ['a list', [good], ''],
  ['text', 'batch', ''],
  ['a version that never was', tampered({ version: 0 }), 'version'],
  ['a field too many beside a wrong one', tampered({ pin: '100000001', to: -1 }), 'to'],
  ['a field missing', tampered({ fence: undefined }), 'fence'],
  ['an id with a colon', tampered({ batchId: 'a:b' }), 'batchId'],
  ['an id without end', tampered({ batchId: 'a'.repeat(81) }), 'batchId'],
  ['a serial that is a path', tampered({ serial: '../../etc' }), 'serial'],
  ['a serial with a NUL', tampered({ serial: 'A\u0000' }), 'serial'],
  ['an office with a space', tampered({ officeCode: 'dinas satu' }), 'officeCode'],
  ['a name with a NUL', tampered({ terminalName: 'Lobi\u0000' }), 'terminalName'],
  ['a name with half a character', tampered({ terminalName: 'Lobi \udc00' }), 'terminalName'],
  ['an empty name', tampered({ terminalName: '' }), 'terminalName'],
  ['a fence below zero', tampered({ fence: -1 }), 'fence'],
  ['an epoch that is no whole number', tampered({ epoch: 1.5 }), 'epoch'],
  ['an epoch beyond its column', tampered({ epoch: 2 ** 31 }), 'epoch'],
  ['an ordinal beyond exact numbers', tampered({ to: 2 ** 53 }), 'to'],
  ['a number as text', tampered({ from: '40' }), 'from'],
  ['an unknown reason', tampered({ opens: { reason: 'because', priorEpoch: 0, priorNext: 0 } }), 'opens.reason'],
  ['an end before its beginning', tampered({ from: 43, to: 40, recordsBase64: '' }), 'to lies before from'],
  ['an oldest record behind its first', tampered({ base: 41 }), 'base lies behind from'],
  ['a stride beyond all', tampered({ strideBytes: 129 }), 'strideBytes'],
  ['ids beside records that hold their own', tampered({ userPins: [[1, '7001']] }), 'userPins are more'],
  [
    'more ids than records',
    ofIndexes([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ]),
    'userPins are more',
  ],
  [
    'two ids for one index',
    ofIndexes([
      [1, 'a'],
      [1, 'b'],
    ]),
    'userPins are not in order',
  ],
  ['an id with NUL', ofIndexes([[1, 'a\u0000']]), 'userPins.0.1'],
  ['an id of half a character', ofIndexes([[1, '\ud800']]), 'userPins.0.1'],
  ['an id with a blank', ofIndexes([[1, '7 1']]), 'userPins.0.1'],
  ['an id of 25 characters', ofIndexes([[1, '7'.repeat(25)]]), 'userPins.0.1'],
  ['an index of 17 bits', ofIndexes([[65_536, '7']]), 'userPins.0.0'],
  ['an unknown layout', tampered({ layout: 'zk24' }), 'layout'],
  ['a stride of another layout', tampered({ strideBytes: 16 }), 'strideBytes is not the stride of layout'],
  ['a record too few', tampered({ to: 44 }), 'recordsBase64'],
  ['a record too many', tampered({ to: 42 }), 'recordsBase64'],
  ['half a record', tampered({ recordsBase64: records120.slice(0, -4) }), 'recordsBase64'],
  ['line breaks in base64', tampered({ recordsBase64: `${records120.slice(0, -1)}\n` }), 'recordsBase64'],
  ['the base64 of URLs', tampered({ recordsBase64: `${records120.slice(0, -1)}_` }), 'recordsBase64'],
  ['padding where none belongs', tampered({ recordsBase64: `${records120.slice(0, -2)}==` }), 'recordsBase64'],
  ['more records than a batch may hold', { ...batchOf('LONG', 0, 25_001) }, 'recordsBase64'],
  ['an overlap longer than any', tampered({ overlap: { records: 33, sha256: 'ab'.repeat(32) } }), 'overlap.records'],
  ['a digest in capitals', tampered({ overlap: { records: 32, sha256: 'AB'.repeat(32) } }), 'overlap.sha256'],
  ['a sample answered before it was asked', tampered({ samples: [sample({ receivedAtMs: 5 })] }), 'samples.0'],
  ['a sample between two seconds', tampered({ samples: [sample({ deviceMs: 1_500 })] }), 'samples.0.deviceMs'],
  ['a sample of an unknown kind', tampered({ samples: [sample({ kind: 'guess' })] }), 'samples.0.kind'],
  ['a sample at no time', tampered({ samples: [sample({ sentAtMs: null })] }), 'samples.0.sentAtMs'],
  ['samples without end', tampered({ samples: Array(257).fill(sample({})) }), 'samples'],
  ['an instant after the end of time', tampered({ readThroughMs: 8.64e15 + 1 }), 'readThroughMs'],
  ['a bracket of text', tampered({ bracket: { absentAtMs: '', presentAtMs: 1 } }), 'bracket.absentAtMs'],
  ['a yes that is a one', tampered({ verifiedWhole: 1 }), 'verifiedWhole'],
];

function sample(changes: Record<string, unknown>): unknown {
  return { sentAtMs: 10, receivedAtMs: 20, deviceMs: 1_000, kind: 'before-read', ...changes };
}

describe('what is no batch is refused by name', () => {
  test.each(wrong)('%s', (_what, data, fields) => {
    const fault = faultOf(data);
    expect(fault.code).toBe('BATCH_MALFORMED');
    expect(fault.context.fields).toContain(fields);
  });

  test('and nothing of what it holds is repeated', () => {
    const text = JSON.stringify(
      faultOf(tampered({ terminalName: 'secret\u0000', fence: 'secret', secret: 1 })).message,
    );
    expect(text).not.toContain('secret');
  });

  test.each([
    ['a higher version', tampered({ version: 2, to: 'anything' })],
    ['a field too many', tampered({ pin: '100000001' })],
  ])('%s is not damage but a newer version', (_what, data) => {
    expect(faultOf(data).code).toBe('BATCH_NEWER');
    expect(faultOf(data).message).not.toContain('100000001');
  });

  test('whatever the JSON, the answer is a batch or why not', judged, () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue()).map(([key, value]) => tampered({ [key]: value })),
    );
    fc.assert(
      fc.property(anything, (data) => {
        try {
          return typeof parseBatch(data).serial === 'string';
        } catch (error) {
          return isGerbangError(error, 'BATCH_MALFORMED', 'BATCH_NEWER');
        }
      }),
      { numRuns: 500 },
    );
  });
});
