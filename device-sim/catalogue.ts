/**
 * Every fault the simulator can have, by name. A fault is asked for as `{ "name": "cut-mid-chunk", "times": 1 }` in a
 * scenario or with `terminal.setFaults([...])`; any number of them work together.
 */

export type FaultLevel = 'bytes' | 'packets' | 'device';

type Entry = { readonly name: string; readonly level: FaultLevel; readonly description: string };

export const CATALOGUE = [
  {
    name: 'cut-after-bytes',
    level: 'bytes',
    description: 'Closes the connection once it has sent `bytes` bytes (default 1), wherever in a frame that is.',
  },
  {
    name: 'garbage-reply',
    level: 'packets',
    description: 'Sends `bytes` random bytes (default 32) instead of a reply.',
  },
  {
    name: 'huge-length',
    level: 'packets',
    description: 'Announces a reply of 4 GB in the length field, then sends the honest packet behind it.',
  },
  {
    name: 'cut-before-reply',
    level: 'device',
    description: 'Does what the request says, then closes the connection without answering.',
  },
  {
    name: 'cut-mid-chunk',
    level: 'device',
    description: 'Closes the connection in the middle of a data block.',
  },
  {
    name: 'silent',
    level: 'device',
    description: 'Does what the request says and never answers.',
  },
  {
    name: 'punch-after-count',
    level: 'device',
    description: 'Somebody punches right after the record counter was told, before the log is read.',
  },
  {
    name: 'punch-after-prepare',
    level: 'device',
    description: 'Somebody punches between preparing the log and reading its first chunk.',
  },
  {
    name: 'impossible-date',
    level: 'device',
    description: 'A punch is stamped 2024-02-31 00:00:00.',
  },
  {
    name: 'zero-date',
    level: 'device',
    description: 'A punch is stamped 2000-01-01 00:00:00, as after a dead battery.',
  },
  {
    name: 'future-date',
    level: 'device',
    description: 'A punch is stamped with the last instant the format can hold, 2133-08-18 06:28:15.',
  },
] as const satisfies readonly Entry[];

export type FaultName = (typeof CATALOGUE)[number]['name'];

export const FAULT_NAMES = CATALOGUE.map((entry) => entry.name) as [FaultName, ...FaultName[]];
