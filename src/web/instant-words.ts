/** Instants within sentences: the same day, hour and zone for everybody who reads them. */
import { formatDeviceTime } from '../clock/device-time.ts';
import { wallTimeIn, zoneLabel } from '../clock/zone.ts';
import type { SayInstant } from '../words/completeness.ts';

/** `2026-03-02 08:00:00 WIB` */
export function sayIn(timeZone: string): SayInstant {
  return (at) => {
    const atMs = Date.parse(at);
    return `${formatDeviceTime(wallTimeIn(timeZone, atMs)).replace('T', ' ')} ${zoneLabel(timeZone, atMs)}`;
  };
}
