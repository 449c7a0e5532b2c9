/** From what was typed to wishes, and from faults back to fields. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { officeSchema } from '../../config.ts';
import type { SetupWish, TypedTerminal } from '../../setup/change.ts';
import type { SetupFault } from '../../setup/effective.ts';
import type { KeyBox } from '../../setup/key-box.ts';
import type { ManagedOffice, ManagedTerminal } from '../../store/setup.ts';
import type { Lang } from '../../words/language.ts';
import type { FieldErrors } from '../views/parts.ts';

const text = (most: number) => z.string().max(most).catch('').default('');

/** Names of the fields are those of gerbang.yaml, so that a fault finds its field. */
export const officeBody = z.object({
  code: text(60),
  name: text(200),
  timeZone: text(60),
  networks: text(3_000),
  pollEverySeconds: text(10),
  relevantUntil: text(10),
  'clock.whenOffBySeconds': text(10),
  'clock.quietHours': text(200),
  rush: text(500),
  searchRange: text(2_000),
  switches: z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (Array.isArray(value) ? value : [value]))
    .catch([])
    .default([]),
});
export type OfficeBody = z.output<typeof officeBody>;

export const terminalBody = z.object({
  officeCode: text(60),
  name: text(100),
  host: text(260),
  port: text(10),
  serial: text(60),
  commKey: text(20),
  /** The comm key that was typed for a test, locked: what was typed is not lost and never stands in a page. */
  typedKey: text(400),
  clearKey: z
    .union([z.string(), z.array(z.string())])
    .transform(() => true)
    .catch(false)
    .default(false),
  driver: text(20),
  transport: text(10),
  action: text(10),
});
export type TerminalBody = z.output<typeof terminalBody>;

/** What an office form shows at first. */
export function officeTyped(office: ManagedOffice | null, networks: readonly string[]): OfficeBody {
  const blank = { code: 'x', name: 'x', timeZone: 'Asia/Jakarta' };
  const parsed = officeSchema.safeParse({ ...blank, ...office?.settings });
  const settings = parsed.success ? parsed.data : officeSchema.parse(blank);
  return {
    code: office?.code ?? '',
    name: office?.name ?? '',
    timeZone: office?.timeZone ?? 'Asia/Jakarta',
    networks: networks.join('\n'),
    pollEverySeconds: String(settings.pollEverySeconds),
    relevantUntil: settings.relevantUntil,
    'clock.whenOffBySeconds': String(settings.clock.whenOffBySeconds),
    'clock.quietHours': settings.clock.quietHours,
    rush: settings.rush.join('\n'),
    searchRange: settings.searchRange.join('\n'),
    switches: [...(settings.clock.set ? ['set'] : []), ...(settings.live ? ['live'] : [])],
  };
}

/** The wish in an office form. @param code of an office that exists: it cannot be changed */
export function officeWish(typed: OfficeBody, code: string | null): SetupWish {
  return {
    do: 'put-office',
    office: {
      code: code ?? typed.code.trim(),
      name: typed.name.trim(),
      timeZone: typed.timeZone,
      settings: {
        pollEverySeconds: typed.pollEverySeconds.trim(),
        live: typed.switches.includes('live'),
        relevantUntil: typed.relevantUntil.trim(),
        rush: linesOf(typed.rush),
        searchRange: linesOf(typed.searchRange),
        clock: {
          set: typed.switches.includes('set'),
          whenOffBySeconds: typed['clock.whenOffBySeconds'].trim(),
          quietHours: typed['clock.quietHours'].trim(),
        },
      },
    },
    networks: linesOf(typed.networks),
  };
}

/** What a machine form shows at first. */
export function terminalTyped(terminal: ManagedTerminal | null, officeCode: string): TerminalBody {
  return {
    officeCode: terminal?.officeCode ?? officeCode,
    name: terminal?.name ?? '',
    host: terminal?.host ?? '',
    port: String(terminal?.port ?? 4370),
    serial: terminal?.serial ?? '',
    commKey: '',
    typedKey: '',
    clearKey: false,
    driver: terminal?.driver ?? 'zk',
    transport: terminal?.transport ?? 'tcp',
    action: '',
  };
}

/** The machine in a form. @param known the saved one, whose place cannot be changed */
export function typedTerminal(typed: TerminalBody, known: ManagedTerminal | null, keys: KeyBox | null): TypedTerminal {
  const key = typed.commKey.trim() !== '' ? typed.commKey.trim() : openTyped(typed.typedKey, keys);
  return {
    officeCode: known?.officeCode ?? typed.officeCode,
    name: known?.name ?? typed.name.trim(),
    host: typed.host.trim(),
    port: /^\d{1,5}$/.test(typed.port.trim()) ? Number(typed.port) : Number.NaN,
    serial: typed.serial.trim() === '' ? null : typed.serial.trim(),
    driver: typed.driver,
    transport: typed.transport,
    quirks: known?.quirks ?? [],
    commKey: key ?? (typed.clearKey ? null : 'keep'),
  };
}

const typedPlace = 'typed';

/** Locks a typed key, so that a form can carry it. A mark of its own makes each lock good for this use only. */
export function lockTyped(typed: TerminalBody, keys: KeyBox | null): string {
  if (typed.commKey.trim() === '' || keys === null) return typed.typedKey;
  return keys.seal(JSON.stringify([randomUUID(), typed.commKey.trim()]), typedPlace).toString('base64url');
}

function openTyped(locked: string, keys: KeyBox | null): string | null {
  const opened = locked === '' ? null : (keys?.open(Buffer.from(locked, 'base64url'), typedPlace) ?? null);
  const parsed = z.tuple([z.string(), z.string()]).safeParse(opened === null ? null : JSON.parse(opened));
  return parsed.success ? parsed.data[1] : null;
}

/** Faults by field, the first one of each. */
export function errorsOf(faults: readonly SetupFault[], lang: Lang): FieldErrors {
  const errors: Record<string, string> = {};
  for (const { field, text: texts } of faults) {
    const name = field === 'office' ? 'officeCode' : field === 'clock.set' || field === 'live' ? 'switches' : field;
    errors[name] ??= texts[lang];
  }
  return errors;
}

function linesOf(typed: string): string[] {
  return typed
    .split(/[\s,;]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
