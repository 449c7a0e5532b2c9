import { describe, expect, it } from 'vitest';
import { GerbangError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void, pretty = false): string {
  const lines: string[] = [];
  write(createLog({ level: 'info', pretty, destination: { write: (line) => lines.push(line) } }));
  return lines.join('');
}

describe('the log', () => {
  it('is one JSON object per line with the place as fields', () => {
    const text = logged((log) =>
      log.child({ office: 'kominfo', terminal: 'Lobi' }).info({ records: 5 }, 'terminal read'),
    );
    expect(JSON.parse(text)).toMatchObject({
      level: 'info',
      office: 'kominfo',
      terminal: 'Lobi',
      records: 5,
      msg: 'terminal read',
    });
  });

  it.each([false, true])('shows no comm key, PIN, password or address password (pretty: %s)', (pretty) => {
    const text = logged((log) => {
      log.info({ commKey: 271828, target: { commKey: 271828 }, deep: { er: { target: { password: 'geheim' } } } }, 'a');
      log.info({ pin: '314159', url: 'postgres://app:geheim@db:5432/x' }, 'b');
      log.error({ err: new Error('connect redis://:geheim@cache failed') }, 'c');
      log.error({ err: new GerbangError('STORE_UNAVAILABLE', 'x', { cause: new Error('mqtt://u:geheim@h') }) }, 'd');
    }, pretty);
    expect(text).not.toMatch(/271828|314159|geheim/);
    expect(text).toContain('***');
  });

  it('does not repeat what Postgres says, for it quotes values', () => {
    const refused = Object.assign(new Error('invalid input syntax for type bigint: "314159"'), { code: '22P02' });
    const text = logged((log) => {
      log.error({ err: refused }, 'a');
      log.error({ err: new GerbangError('INTERNAL', 'x', { cause: refused }) }, 'b');
    });
    expect(text).not.toContain('314159');
    expect(text.match(/22P02/g)).toHaveLength(2);
  });

  it('gives the code and facts of our errors, and the stack of others only', () => {
    const lines = logged((log) => {
      log.error({ err: new GerbangError('NET_REFUSED', 'x', { context: { port: 4370 } }) }, 'a');
      log.error({ err: new TypeError('y') }, 'b');
    }).split('\n');
    expect(JSON.parse(lines[0] ?? '').err).toEqual({ code: 'NET_REFUSED', message: 'x [NET_REFUSED]', port: 4370 });
    expect(JSON.parse(lines[1] ?? '').err).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('at ') });
  });

  it('lets no text of a terminal steer the window it is read in', () => {
    const hostile = '\u001b[2Jx\u009b31m\u202egnp\nINFO  faked';
    for (const pretty of [false, true]) {
      const text = logged((log) => log.info({ deviceName: hostile }, 'terminal identified'), pretty);
      expect(text.trimEnd()).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
    }
  });

  it('reads as one plain line when pretty', () => {
    const text = logged((log) => log.child({ office: 'k', terminal: 'L' }).warn({ records: 5 }, 'slow'), true);
    expect(text).toMatch(/^\d\d:\d\d:\d\d {2}WARN {3}k\/L {2}slow {2}records=5\n$/);
  });
});
