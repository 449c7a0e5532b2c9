import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownRound } from '../../src/store/own-round.ts';
import { tellOfAnswers } from '../../src/web/answers.ts';

let app: FastifyInstance;
let asked: Promise<void>;
let answer: () => void;

beforeEach(async () => {
  app = fastify();
  tellOfAnswers(app);
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  asked = new Promise((resolve) => {
    app.get('/page', async () => {
      resolve();
      await mayAnswer;
      return 'whole';
    });
    app.get('/stream', { config: { staysOpen: true } }, (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200).write('begun');
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Time does not pass: who waits for it waits for ever.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(async () => {
  vi.useRealTimers();
  app.server.closeAllConnections();
  await app.close();
});

/** Resolves when the first byte is here. */
function ask(path: string): Promise<IncomingMessage> {
  const { port } = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, resolve).on('error', reject);
  });
}

test('storing waits while a page is made, and goes on when it was sent', async () => {
  const page = ask('/page');
  await asked;
  let stored = false;
  const storing = ownRound().then(() => {
    stored = true;
  });
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(stored).toBe(false);
  answer();
  (await page).resume();
  await storing;
});

test('a stream that stays open is nobody who waits', async () => {
  await ask('/stream');
  await ownRound();
});

test('a reader who goes away is no longer waited for', async () => {
  const { port } = app.server.address() as AddressInfo;
  const asking = get({ host: '127.0.0.1', port, path: '/page', agent: false });
  asking.on('error', () => {});
  await asked;
  asking.destroy();
  await ownRound();
});
