/** The facts of an alert as everybody is told them; mail, MQTT, webhooks and the API only give them their form. */
import type { AlertRow } from '../store/alerts.ts';
import { alertText } from './alerts.ts';

/** An alert with its words. Instants are ISO 8601 in UTC. Who took it on, and their note, are told by the API alone. */
export interface ToldAlert {
  readonly id: number;
  readonly kind: string;
  readonly severity: 'warning' | 'critical';
  readonly office: string | null;
  readonly terminal: string | null;
  readonly since: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly acknowledged: boolean;
  readonly facts: Record<string, string | number | null>;
  readonly words: { readonly id: AlertSentence; readonly en: AlertSentence };
}

interface AlertSentence {
  readonly name: string;
  readonly what: string;
  readonly next: string;
}

/** See {@link ToldAlert}. */
export function toldAlert(alert: AlertRow): ToldAlert {
  const { kind, facts } = alert;
  return {
    id: alert.alertId,
    kind,
    severity: alert.severity,
    office: alert.officeCode,
    terminal: alert.terminalName,
    since: iso(alert.sinceMs),
    openedAt: iso(alert.openedAtMs),
    closedAt: alert.closedAtMs === null ? null : iso(alert.closedAtMs),
    acknowledged: alert.acknowledgedAtMs !== null,
    facts: { ...facts },
    words: { id: alertText(kind, facts, 'id'), en: alertText(kind, facts, 'en') },
  };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
