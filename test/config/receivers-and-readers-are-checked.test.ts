import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig, describeFault, exampleConfig, withSecretFiles } from '../../src/config.ts';

const offices = 'offices: [ { code: a, name: A, timeZone: Asia/Jakarta } ]\n';
/** The secret of the public test vector of Standard Webhooks: 24 bytes. */
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const webhook = (fields: string): string => `${offices}webhooks: [ { name: payroll, ${fields} } ]\n`;

function faultsIn(text: string, env: Record<string, string> = {}): readonly string[] {
  return (checkConfig(text, env).faults ?? []).map((fault) => `${fault.field}: ${fault.kind}`);
}

describe('a receiver', () => {
  test('is taken with its defaults, its secret from a variable', () => {
    const text = webhook(`url: "https://payroll.example.go.id/in", secret: "\${S}"`);
    expect(checkConfig(text, { S: secret }).value?.webhooks).toEqual([
      {
        name: 'payroll',
        url: 'https://payroll.example.go.id/in',
        secret,
        offices: [],
        maxBatch: 100,
        startAt: 'now',
        enabled: true,
      },
    ]);
  });

  test.each([
    ['a file address', 'file:///etc/passwd'],
    ['a password in the address', 'https://user:hidden@payroll.example/in'],
    ['no address', 'payroll'],
    ['a fragment', 'https://payroll.example/in#x'],
  ])('is refused for %s, and the address is not repeated', (_what, url) => {
    const text = webhook(`url: "${url}", secret: "${secret}"`);
    expect(faultsIn(text)).toEqual(['webhooks[0].url: not-allowed']);
    const [fault] = checkConfig(text, {}).faults ?? [];
    expect(fault && describeFault(fault, 'en')).not.toContain(url);
  });

  test.each([
    ['without its prefix', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['too short', 'whsec_c2hvcnQ='],
    ['too long', `whsec_${'QUJD'.repeat(22)}`],
    ['not base64', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!'],
  ])('is refused for a secret that is %s, and the secret is not shown', (_what, wrong) => {
    const text = webhook(`url: "https://a.example/", secret: "${wrong}"`);
    expect(faultsIn(text)).toEqual(['webhooks[0].secret: not-allowed']);
    const [fault] = checkConfig(text, {}).faults ?? [];
    expect(fault && describeFault(fault, 'en')).not.toContain(wrong);
  });

  test('has a name of its own', () => {
    const one = `{ name: payroll, url: "https://a.example/", secret: "${secret}" }`;
    expect(faultsIn(`${offices}webhooks: [ ${one}, ${one} ]\n`)).toEqual(['webhooks[1].name: name-twice']);
  });
});

describe('a reader of the change feed', () => {
  const hash = 'a'.repeat(64);

  test('is known by the hash of its token', () => {
    const text = `${offices}web: { tokens: [ { name: e-kinerja, sha256: "\${H}" } ] }\n`;
    expect(checkConfig(text, { H: hash }).value?.web.tokens).toEqual([
      { name: 'e-kinerja', sha256: hash, scope: 'feed' },
    ]);
  });

  test('is refused with a token in the place of its hash, and under a name that is taken', () => {
    const text = `${offices}web: { tokens: [ { name: a, sha256: my-token }, { name: a, sha256: ${hash} } ] }\n`;
    expect(faultsIn(text)).toEqual(['web.tokens[0].sha256: not-allowed', 'web.tokens[1].name: name-twice']);
  });
});

describe('a secret in a file', () => {
  const text = webhook(`url: "https://a.example/", secret: "\${S}"`);
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gerbang-secret-'));
    await writeFile(join(folder, 'secret'), `${secret}\n`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is taken from where its variable says, without the line break at its end', async () => {
    const env = await withSecretFiles(text, { S_FILE: join(folder, 'secret'), OTHER_FILE: '/nowhere' });
    expect(checkConfig(text, env).value?.webhooks[0]?.secret).toBe(secret);
  });

  test('gives way to the variable itself', async () => {
    expect(await withSecretFiles(text, { S: 'own', S_FILE: '/nowhere' })).toMatchObject({ S: 'own' });
  });

  test('that cannot be read is named with its variable', async () => {
    const read = withSecretFiles(text, { S_FILE: '/nowhere/secret' });
    await expect(read).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE', context: { variable: 'S_FILE' } });
  });
});

test('the example shows both, and reaches out to nobody', () => {
  const text = exampleConfig('en');
  expect(text).toContain('# webhooks:');
  expect(text).toContain('  # tokens:');
  expect(checkConfig(text, {}).value).toMatchObject({ webhooks: [], web: { tokens: [] } });
  const [before = '', after = ''] = text.split('\n# webhooks:');
  const shown = `${before}\nwebhooks:${after.replace(/^# /gm, '')}`;
  expect(checkConfig(shown, { PAYROLL_WEBHOOK_SECRET: secret }).value?.webhooks).toMatchObject([{ name: 'payroll' }]);
});
