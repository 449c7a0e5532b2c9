/**
 * What may exist once only across the file. Looked for in the text's values, not in the checked configuration, so that
 * duplicates are reported together with every other fault.
 */
import type { FaultKind } from './faults.ts';
import { isSimulatedSerial } from './simulated.ts';
import { type ConfigSource, type LocatedFault, pathText } from './source.ts';

/** Finds office codes, terminal names within an office, addresses, serials, names of consumers that occur again. */
export function duplicates(source: ConfigSource): readonly LocatedFault[] {
  const faults: LocatedFault[] = [];
  const seen = new Map<string, number>();

  const once = (kind: FaultKind, identity: string, path: readonly PropertyKey[]): void => {
    const place = source.places.get(pathText(path));
    if (place === undefined) return;
    const key = `${kind} ${identity.toLowerCase()}`;
    const firstOffset = seen.get(key);
    if (firstOffset === undefined) seen.set(key, place.offset);
    else
      faults.push({
        kind,
        field: pathText(path),
        offset: place.offset,
        firstOffset,
        value: place.written,
        allowed: null,
      });
  };

  items(source.value, 'offices').forEach((office, o) => {
    const code = textAt(office, 'code');
    if (code !== null) once('office-twice', code, ['offices', o, 'code']);
    items(office, 'terminals').forEach((terminal, t) => {
      const path = ['offices', o, 'terminals', t];
      const name = textAt(terminal, 'name');
      if (name !== null) once('terminal-twice', `${o} ${name}`, [...path, 'name']);
      const host = textAt(terminal, 'host');
      if (host !== null)
        once('address-twice', `${host} ${Number(textAt(terminal, 'port') ?? '4370')}`, [...path, 'host']);
      const serial = textAt(terminal, 'serial');
      if (serial !== null) once('serial-twice', serial, [...path, 'serial']);
    });
  });
  items(source.value, 'webhooks').forEach((webhook, w) => {
    const name = textAt(webhook, 'name');
    if (name !== null) once('name-twice', `webhook ${name}`, ['webhooks', w, 'name']);
  });
  items(at(source.value, 'web'), 'tokens').forEach((token, t) => {
    const name = textAt(token, 'name');
    if (name !== null) once('name-twice', `token ${name}`, ['web', 'tokens', t, 'name']);
  });
  items(at(source.value, 'mqtt'), 'clients').forEach((client, c) => {
    const name = textAt(client, 'name');
    if (name !== null) once('name-twice', `mqtt client ${name}`, ['mqtt', 'clients', c, 'name']);
  });
  return faults;
}

/** Serials of practice: a gateway of real data takes nothing from such terminals. */
export function simulatedSerials(source: ConfigSource): readonly LocatedFault[] {
  return items(source.value, 'offices').flatMap((office, o) =>
    items(office, 'terminals').flatMap((terminal, t): readonly LocatedFault[] => {
      const field = pathText(['offices', o, 'terminals', t, 'serial']);
      const place = source.places.get(field);
      if (place === undefined || !isSimulatedSerial(textAt(terminal, 'serial') ?? '')) return [];
      return [{ kind: 'serial-simulated', field, offset: place.offset, value: place.written, allowed: null }];
    }),
  );
}

function items(holder: unknown, key: string): readonly unknown[] {
  const value = at(holder, key);
  return Array.isArray(value) ? value : [];
}

function textAt(holder: unknown, key: string): string | null {
  const value = at(holder, key);
  return typeof value === 'string' && value !== '' ? value : null;
}

function at(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? Reflect.get(holder, key)
    : undefined;
}
