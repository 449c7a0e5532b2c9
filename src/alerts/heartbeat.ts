/** A sign of life for a watcher outside: when it stops, the gateway, its computer or its network is dead. */

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Log } from '../log.ts';
import { allowedLookup } from '../webhooks/addresses.ts';

const everyMs = 60_000;
const withinMs = 10_000;

/** Calls the watcher every minute while `isWell` says so. Call what it returns to end it. */
export function startHeartbeat(url: string, isWell: () => Promise<boolean>, log: Log): () => Promise<void> {
  let running = Promise.resolve();
  const beat = async (): Promise<void> => {
    if (!(await isWell().catch(() => false))) return;
    const failure = await ask(url);
    if (failure !== null) log.warn({ reason: failure }, 'the outside watcher did not take the sign of life');
  };
  const timer = setInterval(() => {
    running = running.then(beat);
  }, everyMs);
  running = beat();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

function ask(url: string): Promise<string | null> {
  return new Promise((resolve) => {
    const target = new URL(url);
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const signal = AbortSignal.timeout(withinMs);
    const request = send(target, { method: 'GET', agent: false, lookup: allowedLookup, signal });
    request.on('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300 ? null : `HTTP ${status}`);
      request.destroy();
    });
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
    request.end();
  });
}
