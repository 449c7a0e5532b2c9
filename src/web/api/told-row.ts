/** The schema of a row as consumers are told it (docs/mqtt.md, "A row"), for the API's checking and description. */
import { z } from 'zod';
import type { ToldRow } from '../../store/told-row.ts';
import { instantField } from './fields.ts';

export const toldRowSchema = z.strictObject({
  id: z.string().meta({ description: 'Of the punch, for ever.' }),
  revision: z.int().meta({ description: 'Keep the highest per id.' }),
  office: z.string(),
  terminal: z.string().meta({ description: 'Serial number.' }),
  terminalName: z.string(),
  pin: z.string(),
  personId: z.string().nullable(),
  occurredAt: instantField().nullable(),
  earliest: instantField().nullable(),
  latest: instantField().nullable(),
  timeStatus: z.enum(['final', 'provisional', 'bounded', 'ambiguous', 'uncorrectable']),
  deviceTime: z.string().nullable().meta({ description: 'As the clock of the terminal showed it, without a zone.' }),
  verifyMode: z.int(),
  punchState: z.int(),
  workCode: z.int(),
  source: z.string(),
  receivedAt: instantField().nullable(),
  suspect: z.string().nullable(),
});

export const toldRowExample: ToldRow & z.output<typeof toldRowSchema> = {
  id: 'CKJ1-1-0',
  revision: 1,
  office: 'kominfo',
  terminal: 'CKJ1',
  terminalName: 'Lobi',
  pin: '1023',
  personId: null,
  occurredAt: '2026-03-02T00:31:04.000Z',
  earliest: '2026-03-02T00:31:03.400Z',
  latest: '2026-03-02T00:31:04.600Z',
  timeStatus: 'final',
  deviceTime: '2026-03-02T07:31:04',
  verifyMode: 1,
  punchState: 0,
  workCode: 0,
  source: 'pull',
  receivedAt: '2026-03-02T00:32:00.000Z',
  suspect: null,
};
