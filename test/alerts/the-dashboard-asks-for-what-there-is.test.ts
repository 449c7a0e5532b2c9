import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/web/metrics.ts';

const deploy = new URL('../../deploy/grafana/', import.meta.url);

test('every number that a panel or a rule asks for is told by the gateway', async () => {
  const metrics = createMetrics();
  metrics.watchDepth('queue', async () => 1);
  metrics.watchDepth('outbox', async () => 1);
  metrics.watchAlerts(async () => [{ kind: 'disk-low', severity: 'critical', alerts: 2 }]);
  metrics.watchDisk(async () => ({ freeBytes: 5e9, freeShare: 0.25 }));
  metrics.watchConsumers(async () => []);
  const { text } = await metrics.render();
  const told = new Set([...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name));
  const asked = ['gerbang.json', 'alerts.yaml'].map((name) => readFile(new URL(name, deploy), 'utf8'));
  const names = (await Promise.all(asked)).flatMap((file) => file.match(/\bgerbang_[a-z_]+/g) ?? []);
  expect(names.length).toBeGreaterThan(20);
  const base = (name: string): string => name.replace(/_(?:bucket|count|sum)$/, '');
  expect(names.filter((name) => !told.has(name) && !told.has(base(name)))).toEqual([]);
  expect(text).toContain('gerbang_alerts_open{kind="disk-low",severity="critical"} 2');
  expect(text).toContain('gerbang_disk_free_ratio 0.25');
});
