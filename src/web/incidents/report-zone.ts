/** In which zone a report tells times. */
import type { IncidentRow } from '../../store/incidents.ts';

/** The zone of its office; that of most of the country where the report names no office. */
export function zoneOf({ timeZone }: Pick<IncidentRow, 'timeZone'>): string {
  return timeZone ?? 'Asia/Jakarta';
}
