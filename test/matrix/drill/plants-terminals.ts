/** Guards of rows 16 to 36: what terminals do. */
import type { Edit, RowPlant } from './plant.ts';

const equalIsTheSame: Edit = [
  'src/punch/alignment.ts',
  `const to = base + read.totalRecords;
  const records = lastRecords(bytes, read.strideBytes, to - cursor.next);`,
  `const stride = read.strideBytes;
  const found = lastRecords(bytes, stride, base + read.totalRecords - cursor.next);
  const known = Buffer.from(cursor.window).toString('hex');
  const news: Uint8Array[] = [];
  for (let at = 0; at < found.length; at += stride) {
    const record = found.subarray(at, at + stride);
    if (!known.includes(Buffer.from(record).toString('hex'))) news.push(record);
  }
  const records = Buffer.concat(news);
  const to = cursor.next + news.length;`,
];

export const terminalPlants: readonly RowPlant[] = [
  {
    row: 16,
    without: 'a line that ends in the middle of a read ends the read',
    edits: [
      [
        'src/zk/bulk.ts',
        "if (failures >= manner.attempts || !isGerbangError(error, 'READ_INCOMPLETE', 'ZK_REFUSED')) throw error;",
        'return conversation.bytesReceived;',
      ],
      [
        'src/zk/bulk.ts',
        'await conversation.ask({ command: command.freeBuffer });',
        'await conversation.ask({ command: command.freeBuffer }).catch(() => undefined);',
      ],
      [
        'src/zk/log-read.ts',
        'const after = await readCounters(conversation);',
        'const after = await readCounters(conversation).catch(() => before);',
      ],
    ],
    says: /hardly any line was cut|I2/,
  },
  {
    row: 17,
    without: 'a transfer that ends short is no answer',
    edits: [
      ['src/zk/exchange.ts', 'if (state.receivedBytes !== state.announcedBytes)', 'if (state.receivedBytes < 0)'],
      ['src/zk/bulk.ts', 'if (accepted && receivedBytes === part.length) return', 'if (accepted) return'],
    ],
    says: /I2|I1|never done/,
  },
  {
    row: 18,
    without: 'the beginning of a frame is kept until its end comes',
    edits: [
      [
        'src/zk/frames.ts',
        'let at = heldLength === 0 ? 0 : finishHeld(chunk);',
        'let at = heldLength === 0 ? 0 : finishHeld(chunk);\n    if (at === chunk.length && heldLength > 64) heldLength = 0;',
      ],
    ],
    says: /never done/,
  },
  {
    row: 19,
    without: 'who announces much data may take long',
    edits: [
      [
        'src/zk/in-flight.ts',
        'this.#deadline = now + plan.silenceMs + allowanceMs(plan.request.expectedBytes ?? 0);',
        'this.#deadline = now + plan.silenceMs;',
      ],
      ['src/zk/in-flight.ts', 'this.#deadline += allowanceMs(effect.bytes);', 'this.#deadline += 0;'],
    ],
    says: /never done: .*READ_TOO_SLOW/,
  },
  {
    row: 20,
    without: 'an answer bears the number of its question',
    edits: [['src/zk/exchange.ts', 'if (packet.replyId !== request.replyId || isOver(state))', 'if (isOver(state))']],
    says: /an answer to another question/,
  },
  {
    row: 21,
    without: 'a size beyond what a terminal can hold is refused before memory is taken for it',
    edits: [
      ['src/zk/bulk.ts', 'if (sizeBytes > maxBytes) throw tooLarge(sizeBytes, maxBytes);', ''],
      ['src/zk/frames.ts', 'if (declared > limitBytes) {', 'if (declared < 0) {'],
    ],
    says: /./,
  },
  {
    row: 22,
    without: 'a session has an end, however much still trickles in',
    edits: [
      [
        'src/zk/session.ts',
        'const sessionTimeoutMs = Math.min(options.sessionTimeoutMs, longestTimerMs);',
        'const sessionTimeoutMs = longestTimerMs;',
      ],
    ],
    says: /instead of ZK_NO_REPLY, READ_TOO_SLOW|60000/,
  },
  {
    row: 23,
    without: 'ids are shown without control characters',
    edits: [['src/zk/text.ts', 'return plain ? text : cleanText(text);', 'return text;']],
    says: /ids/,
  },
  {
    row: 24,
    without: 'a date that does not exist is no time',
    edits: [['src/clock/device-time.ts', '  if (!isPossible(time)) return null;\n', '']],
    says: /records without a date|31 February/,
  },
  {
    row: 25,
    without: 'how long a log is says its own size, not the counter read before it',
    edits: [
      [
        'src/office/reading.ts',
        'const alignment = alignTail({ cursor, read });',
        'const alignment = alignTail({ cursor, read: { ...read, totalRecords: counters.records ?? 0 } });',
      ],
    ],
    says: /announced|I1/,
  },
  {
    row: 26,
    without: 'a record equal to one that is stored is another record',
    edits: [equalIsTheSame],
    says: /I1: \d+ punches, \d+ stored/,
  },
  {
    row: 27,
    without: 'what is gone is noted with the batch that finds it',
    edits: [['src/ingest/apply-batch.ts', 'if (batch.loss !== undefined) await noteGap(tx, batch, batch.loss);', '']],
    says: /0 gaps noted instead of 1/,
  },
  {
    row: 28,
    without: 'what is gone is noted with the batch that finds it',
    edits: [['src/ingest/apply-batch.ts', 'if (batch.loss !== undefined) await noteGap(tx, batch, batch.loss);', '']],
    says: /gaps: \[\]/,
  },
  {
    row: 29,
    without: 'what repeats an earlier epoch is looked for',
    edits: [
      [
        'src/ingest/apply-batch.ts',
        'const mayRepeat = epoch > 1 && (bracket.absentAtMs === null || from < (await readLongestEpochEnd(tx, serial, epoch)));',
        'const mayRepeat = false;',
      ],
    ],
    says: /marked as seen before: 0 instead of 59/,
  },
  {
    row: 30,
    without: 'another machine is refused',
    edits: [['src/office/identity.ts', 'if (expected !== null && reported !== expected) {', "if (expected === '') {"]],
    says: /another machine/,
  },
  {
    row: 30,
    without: 'a serial that answers at two doors is refused',
    edits: [['src/office/identity.ts', 'if (elsewhere !== null) {', 'if (elsewhere === undefined) {']],
    says: /one serial at two doors/,
  },
  {
    row: 31,
    without: 'a clock drifts between two looks',
    edits: [
      [
        'src/clock/span.ts',
        'const sides = [before?.before, after?.after].filter((side) => side !== undefined);',
        'const sides = [before?.before ?? after?.after].filter((side) => side !== undefined);',
      ],
      [
        'src/clock/span.ts',
        'const rate = rateBetween(run, lastBefore, firstAfter);',
        'const rate = { minPpm: 0, maxPpm: 0, ppm: rateBetween(run, lastBefore, firstAfter).ppm * 0 };',
      ],
    ],
    says: /I5: .* is final and wrong/,
  },
  {
    row: 32,
    without: 'a time that fits more than one clock is not final',
    edits: [
      [
        'src/clock/correct.ts',
        "if (fits.length > 1) return settle(found, fits, 'ambiguous', 'step-two-candidates');",
        "if (fits.length > 1) return alone(found, fit, 'final', 'step-two-candidates');",
      ],
    ],
    says: /I5: .* is final and wrong/,
  },
  {
    row: 33,
    without: 'a restart is proven only where there is no room for a second one',
    edits: [['src/clock/reset.ts', 'isProven: earliestOfOtherMs > latestStartMs,', 'isProven: true,']],
    says: /I5: .* is final and wrong/,
  },
  {
    row: 33,
    without: 'what a clock shows after a restart is recognised',
    edits: [
      [
        'src/clock/step-kinds.ts',
        "['reset-2000', ({ beganIn2000, shownAfterMs }) => beganIn2000 && isResetTime(shownAfterMs)],",
        '',
      ],
    ],
    says: /reset-2000 is not named/,
  },
  {
    row: 34,
    without: 'a record equal to one that is stored is another record',
    edits: [equalIsTheSame],
    says: /I1: \d+ punches, \d+ stored/,
  },
  {
    row: 35,
    without: 'a step of whole quarter hours has a name',
    edits: [['src/clock/step-kinds.ts', "['zone-change', isZoneChange],", '']],
    says: /zone-change is not named/,
  },
  {
    row: 36,
    without: 'answers that are read from a cache are found out',
    edits: [
      [
        'src/clock/troubles.ts',
        "return cached === null ? [] : [trouble('cached-clock', cached)];",
        "return cached === null ? [trouble('cached-clock', { fromMs: 0, untilMs: 0 })].slice(1) : [];",
      ],
    ],
    says: /cached-clock is not named/,
  },
];
