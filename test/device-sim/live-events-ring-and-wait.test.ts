import { afterEach, describe, expect, it } from 'vitest';
import { encodeAttendanceEvent } from '../../device-sim/codec/event.ts';
import type { TerminalOptions } from '../../device-sim/terminal.ts';
import { ask, connected, openStage, readReply, type Stage } from './harness.ts';

// docs/protocol.md, "Live events". The 32-byte frame is the worked example: user 1005, verify 1, 2024-03-01 08:00:30.
const EVENT_1005 = '5050827d28000000f4018f6f01000000313030350000000000000000000000000000000000000000010018030108001e';
const REGISTER_ALL = '5050827d0c000000f401dcde2e1f0100ffff0000';
const REGISTERED = '5050827d08000000d00700d92e1f0100';

let stage: Stage;
afterEach(() => stage.end());

async function open(knobs: TerminalOptions['knobs'] = {}): Promise<Awaited<ReturnType<typeof connected>>> {
  stage = await openStage({ knobs });
  stage.moveBy(30_000);
  return connected(stage);
}

describe('an event', () => {
  it('comes to who registered, with its code where the session would be', async () => {
    const client = await open();
    stage.terminal.punch({ pin: '1005' });
    expect((await ask(client, 500, 1, '01000000')).code).toBe(2000);
    stage.terminal.punch({ pin: '1005' });
    expect(await client.read(48)).toBe(EVENT_1005);
  });

  it('comes with its companions to who registered for all', async () => {
    const client = await open();
    client.send(REGISTER_ALL);
    expect(await client.read(16)).toBe(REGISTERED);
    stage.terminal.punch({ pin: '1005' });
    const seen = [await readReply(client), await readReply(client), await readReply(client)];
    expect(seen.map((one) => [one.code, one.session, one.payload.length / 2])).toEqual([
      [500, 2, 0],
      [500, 128, 5],
      [500, 1, 32],
    ]);
  });

  it('does not come after mask 0, nor from firmware that has none', async () => {
    const client = await open();
    await ask(client, 500, 1, '01000000');
    await ask(client, 500, 2, '00000000');
    stage.terminal.punch({ pin: '1005' });
    expect(await client.readUntilQuiet()).toBe('');
    stage.terminal.knobs.events = 'none';
    await ask(client, 500, 3, '01000000');
    stage.terminal.punch({ pin: '1005' });
    expect(await client.readUntilQuiet()).toBe('');
  });

  it('comes unasked from some firmware', async () => {
    const client = await open({ unaskedEvents: true });
    stage.terminal.punch({ pin: '1005' });
    expect(await client.read(48)).toBe(EVENT_1005);
  });

  it('goes to every client that registered', async () => {
    const first = await open();
    const second = await stage.client();
    second.send('5050827d08000000e80317fc00000000');
    await second.read(16);
    await ask(first, 500, 1, '01000000');
    // REG_EVENT in session 0x1F2F, mask 1.
    second.send('5050827d0c000000f401dade2f1f010001000000');
    expect((await readReply(second)).code).toBe(2000);
    stage.terminal.punch({ pin: '1005' });
    expect(await first.read(48)).toBe(EVENT_1005);
    expect(await second.read(48)).toBe(EVENT_1005);
  });
});

describe('firmware that keeps events', () => {
  it('sends once with id 0 until a first acknowledgement, then one at a time, again and again', async () => {
    const client = await open({ events: 'until-acknowledged', eventResendMs: 60 });
    await ask(client, 500, 1, '01000000');
    stage.terminal.punch({ pin: '1' });
    expect((await readReply(client)).replyId).toBe(0);
    // OK in session 0x1F2E with reply id 0.
    client.send('5050827d08000000d00701d92e1f0000');
    await expect.poll(() => stage.terminal.requests.at(-1)?.command).toBe(2000);
    stage.terminal.punch({ pin: '2' });
    stage.terminal.punch({ pin: '3' });
    const first = await readReply(client);
    expect([first.replyId, first.payload.slice(0, 2)]).toEqual([1, '32']);
    expect(await readReply(client)).toEqual(first);
    client.send('5050827d08000000d00700d92e1f0100');
    let next = await readReply(client);
    while (next.replyId === 1) next = await readReply(client);
    expect([next.replyId, next.payload.slice(0, 2)]).toEqual([2, '33']);
    client.send('5050827d08000000d007ffd82e1f0200');
    await client.readUntilQuiet(200);
    expect(await client.readUntilQuiet(150)).toBe('');
  });
});

describe('payload lengths', () => {
  const event = { uid: 7, pin: '4822257', verifyMode: 0, punchState: 0, workCode: 9 };
  const shownWallMs = Date.parse('2018-12-07T19:09:06Z');

  it.each([
    [10, '07000000120c07130906'],
    // Captured: user 4822257, 2018-12-07 19:09:06.
    [12, 'f19449000000120c07130906'],
    [14, '07000000120c0713090600000000'],
    [32, `34383232323537${'00'.repeat(17)}0000120c07130906`],
    [36, `34383232323537${'00'.repeat(17)}0000120c0713090609000000`],
    [37, `34383232323537${'00'.repeat(17)}0000120c071309060900000000`],
    [52, `34383232323537${'00'.repeat(17)}0000120c0713090609${'00'.repeat(19)}`],
  ] as const)('%i', (bytes, hex) => {
    expect(encodeAttendanceEvent(bytes, { ...event, shownWallMs }).toString('hex')).toBe(hex);
  });
});
