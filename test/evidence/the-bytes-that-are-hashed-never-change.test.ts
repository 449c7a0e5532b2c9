/**
 * Literal lines and digests, computed with `printf … | sha256sum` from the description in docs/data.md ("Evidence that
 * shows tampering"). A change here would make every stored chain look tampered with.
 */
import { expect, test } from 'vitest';
import { digestText, parseDigests } from '../../src/store/digest-text.ts';
import {
  contentOf,
  dayLine,
  epochLine,
  eventLine,
  headerLine,
  headOf,
  lastHeadLine,
  noHead,
  punchLine,
  recordsLine,
  sampleLine,
} from '../../src/store/evidence-lines.ts';

const punch = {
  ordinal: 17,
  pin: 'Ä"1',
  deviceTime: '2026-03-02 07:31:05',
  deviceTimeRaw: 841131065,
  verifyMode: 15,
  punchState: 1,
  workCode: 4294967295,
  raw: Uint8Array.of(0x00, 0x7f, 0xff),
  source: 'pull',
  receivedAtMs: Date.UTC(2026, 2, 2, 0, 32),
  absentAtMs: null,
};
const sample = {
  sampledAtMs: Date.UTC(2026, 2, 2) + 0.001,
  receivedAtMs: Date.UTC(2026, 2, 2) + 20.5,
  deviceTime: '2026-03-02 07:00:00',
  offsetEarliestMs: -20,
  offsetLatestMs: 1000,
  kind: 'before-read',
  hostErrorMs: 1.25,
};
const event = {
  identity: 'host-step-1772409600000000',
  kind: 'host-step',
  atMs: Date.UTC(2026, 2, 2),
  untilMs: null,
  absentAtMs: null,
  deviceTime: null,
  operation: null,
  byMs: -1500.25,
};
const epoch = { epoch: 2, reason: 'log-cleared', priorNext: 30, openedAtMs: Date.UTC(2026, 2, 2) };
const header = {
  serial: 'ABC123',
  seq: 1,
  epoch: 2,
  from: 17,
  to: 18,
  samples: 1,
  events: 1,
  opens: true,
  storedAtMs: Date.UTC(2026, 2, 2),
};
const lines = [epochLine(epoch), punchLine(punch), sampleLine(sample), eventLine(event)];

test('a row is one line of JSON, with instants in microseconds', () => {
  expect(lines).toEqual([
    '["epoch",2,"log-cleared",30,1772409600000000]\n',
    '["punch",17,"Ä\\"1","2026-03-02 07:31:05",841131065,15,1,4294967295,"007fff","pull",1772411520000000,null]\n',
    '["sample",1772409600000001,1772409600020500,"2026-03-02 07:00:00",-20,1000,"before-read",1.25]\n',
    '["event","host-step-1772409600000000","host-step",1772409600000000,null,null,null,null,-1500.25]\n',
  ]);
  expect(headerLine(header)).toBe('["batch","ABC123",1,2,17,18,1,1,true,1772409600000000]\n');
  expect(recordsLine(3)).toBe('["records",3]\n');
  expect(dayLine('2026-03-02', 1, 4)).toBe('["day","2026-03-02",1,4]\n');
  expect(lastHeadLine('ABC123', 4, Uint8Array.of(0xab, 0x01))).toBe('["terminal","ABC123",4,"ab01"]\n');
});

test('content is the SHA-256 of all lines, a mark the start of that of one', () => {
  const { digest, marks } = contentOf(lines);
  expect(digest.toString('hex')).toBe('50158a5d069130f6939914006b0c22f6759ab8c229f99aa225152511eb7052fb');
  expect(marks.toString('hex')).toBe('0e5961ae540b66655bc8d063f8fde3d2b9de24b9f61edb5652902e19b1c07324');
});

test('a head follows from the head before it, the header, the content and the marks', () => {
  const first = headOf(noHead, headerLine(header), contentOf(lines));
  expect(first.toString('hex')).toBe('2981cfdf8e4ed81aa21a46ea0d0918eb52af4a4ade42aedaaea7a0d925f45255');
  const nothing = { ...header, seq: 2, from: 18, samples: 0, events: 0, opens: false };
  expect(headOf(first, headerLine(nothing), contentOf([])).toString('hex')).toBe(
    'bf045eeaed0e0ed94b83befe63aff5055b75bdc83aa3eb3f173a31df80b3dcce',
  );
});

test('many lines are hashed as one text', () => {
  const many = Array.from({ length: 3_000 }, (_, ordinal) => punchLine({ ...punch, ordinal }));
  expect(contentOf(many).digest.toString('hex')).toBe(
    '1a9bd0057d6b01b1de5f3b02eb9fffe58b44606bcc64e09f82b91cb8a4132912',
  );
});

test('a digest is carried as a line with check digits', () => {
  const kept = {
    day: '2026-03-02',
    digest: Buffer.from('50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c', 'hex'),
  };
  const text = '2026-03-02 50d858e0-985ecc7f-60418aaf-0cc5ab58-7f42c257-0a884095-a9e8ccac-d0f6545c-4162';
  expect(digestText(kept)).toBe(text);
  expect(parseDigests(`> ${text}\r\n`)).toEqual([kept]);
  expect(parseDigests(text.replace('2026-03-02', '2026-03-03'))).toBeNull();
  expect(parseDigests('no digest')).toBeNull();
});
