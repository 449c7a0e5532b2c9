/** Routes of the API that change reports or carry files. */
import { z } from 'zod';
import { may } from '../../accounts/permissions.ts';
import { incidentKinds, incidentStates } from '../../incident/steps.ts';
import { readProof } from '../../store/incident-proofs.ts';
import { readIncident } from '../../store/incidents.ts';
import { kindNames, stateName } from '../../words/incidents.ts';
import { type AnyApiRoute, apiRoute, refuse, sent } from '../api/route.ts';
import type { WebContext } from '../context.ts';
import { addNote, noteLossTold, openReport, takeStep, visibleIncident } from './actions.ts';
import {
  badFile,
  example,
  incident,
  noSuch,
  number,
  numbered,
  problemOf,
  standing,
  tag,
  told,
  unreadable,
} from './api-told.ts';
import { askProbe } from './probe.ts';
import { sendFile } from './proof-files.ts';
import { sendRecord } from './record-file.ts';
import { fleetOf } from './report-routes.ts';
import { checkUpload, receiveUpload } from './upload.ts';

/** See its summary. */
export function reportRoute(context: WebContext): AnyApiRoute {
  const { database, nowMs } = context;
  return apiRoute({
    method: 'POST',
    path: '/incidents',
    needs: 'incident.report',
    summary: 'Report a machine',
    description:
      'The gateway adds what it knows; its own open report of that machine that nobody has verified goes on in this one (`mergedInto`). Photos and letters follow to `/incidents/{number}/files`.',
    tag,
    body: z.strictObject({
      kind: z.enum(incidentKinds),
      office: z.string().max(40).optional(),
      terminal: z.string().max(60).optional(),
      place: z.string().trim().max(300).optional(),
      since: z.iso.datetime({ offset: true }).optional().meta({ description: 'Now when left out.' }),
      told: z.string().trim().max(4_000).optional(),
    }),
    answer: incident,
    status: 201,
    examples: [{ body: { kind: 'broken', place: 'Puskesmas Muara Aman', told: 'Mati total.' }, answer: example }],
    async handle({ body, request }) {
      const { offices, machines } = await fleetOf(context, request);
      const officeCode = body.office ?? request.reader?.officeCode ?? null;
      const terminalName = body.terminal ?? null;
      const place = body.place ?? '';
      const sinceMs = body.since === undefined ? nowMs() : Date.parse(body.since);
      const knowsOffice = officeCode === null || offices.some(({ code }) => code === officeCode);
      const knowsMachine =
        terminalName === null
          ? place !== ''
          : machines.some((one) => one.officeCode === officeCode && one.name === terminalName);
      if (!knowsOffice || !knowsMachine || sinceMs > nowMs() + 300_000) return refuse(unreadable);
      const report = { officeCode, terminalName, place, kind: body.kind, sinceMs, words: body.told ?? '' };
      const made = await readIncident(database.db, await openReport(context, request, report, []));
      return made === null ? refuse(noSuch) : told(made, nowMs());
    },
  });
}

/** See its summary. */
export function stepRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'POST',
    path: '/incidents/:number/steps',
    needs: 'incident.report',
    summary: 'Take a report one step on',
    description:
      'All steps but reporting again need `incident.handle`. `replaced` needs the serial of the new machine.',
    tag,
    params: numbered,
    body: z.strictObject({
      to: z.enum(incidentStates),
      note: z.string().trim().max(4_000).optional(),
      newSerial: z.string().trim().max(40).optional(),
    }),
    answer: incident,
    examples: [
      {
        params: { number: '7' },
        body: { to: 'acknowledged' },
        answer: {
          ...example,
          state: 'acknowledged',
          words: { kind: kindNames.lost, state: stateName('acknowledged', 'lost') },
        },
      },
    ],
    async handle({ params, body, reader, request }) {
      const row = await visibleIncident(context, reader, params.number);
      if (row === null) return refuse(noSuch);
      const { to, note = '', newSerial = '' } = body;
      return standing(
        context,
        await takeStep(context, request, { number: row.number, to, note, newSerial, proofs: [] }),
        row,
      );
    },
  });
}

/** See its summary. */
export function noteRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'POST',
    path: '/incidents/:number/notes',
    needs: 'incident.report',
    summary: 'Add a note to a report',
    tag,
    params: numbered,
    body: z.strictObject({ note: z.string().trim().min(1).max(4_000) }),
    answer: incident,
    examples: [{ params: { number: '7' }, body: { note: 'Satpam sudah ditanya.' }, answer: example }],
    async handle({ params, body, reader, request }) {
      const row = await visibleIncident(context, reader, params.number);
      return row === null
        ? refuse(noSuch)
        : standing(context, await addNote(context, request, row, body.note, []), row);
    },
  });
}

/** See its summary. */
export function noteSentRoute(context: WebContext): AnyApiRoute {
  const sentAt = '2026-03-02T03:30:00.000Z';
  return apiRoute({
    method: 'POST',
    path: '/incidents/:number/note-sent',
    needs: 'incident.handle',
    summary: 'Note that people were told of a loss in writing',
    description: 'Law 27/2022, article 46. From then on nobody is reminded; the step stands in the timeline for good.',
    tag,
    params: numbered,
    body: z.strictObject({
      sentAt: z.iso.datetime({ offset: true }),
      note: z.string().trim().min(1).max(4_000).meta({ description: 'To whom, by which letter; no PIN, no NIP.' }),
    }),
    answer: incident,
    examples: [
      {
        params: { number: '7' },
        body: { sentAt, note: 'Surat 800/123/BKPP kepada 61 pegawai.' },
        answer: { ...example, noteSentAt: sentAt },
      },
    ],
    async handle({ params, body, reader, request }) {
      const row = await visibleIncident(context, reader, params.number);
      if (row === null) return refuse(noSuch);
      const told = { sentMs: Date.parse(body.sentAt), note: body.note };
      return standing(context, await noteLossTold(context, request, row, told), row);
    },
  });
}

/** See its summary. */
export function probeRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'POST',
    path: '/incidents/:number/probe',
    needs: 'incident.handle',
    summary: 'Probe the machine of a report now',
    description: 'Done by the gateway that polls its office, within a minute; what came of it stands with the machine.',
    tag,
    params: numbered,
    answer: z.object({ command: z.string() }),
    status: 202,
    examples: [{ params: { number: '7' }, answer: { command: '0b0e5c0e-4b7a-4c6e-9a51-1a2b3c4d5e6f' } }],
    async handle({ params, reader, request }) {
      const row = may(reader, 'incident.handle') ? await visibleIncident(context, reader, params.number) : null;
      const command = row === null ? null : await askProbe(context, request, row);
      return command === null ? refuse(noSuch) : { command };
    },
  });
}

/** See its summary. */
export function addFilesRoute(context: WebContext): AnyApiRoute {
  const { database, nowMs } = context;
  return apiRoute({
    method: 'POST',
    path: '/incidents/:number/files',
    needs: 'incident.report',
    summary: 'Add photos or letters to a report',
    description:
      'At most 5 files of 8 MB, 20 MB together: JPEG, PNG and WebP are encoded anew, PDF is kept as it is. Fields named `bukti`.',
    tag,
    params: numbered,
    consumes: 'multipart/form-data',
    answer: incident,
    examples: [{ params: { number: '7' }, answer: example }],
    async handle({ params, reader, request }) {
      const row = await visibleIncident(context, reader, params.number);
      if (row === null) return refuse(noSuch);
      await receiveUpload(request);
      const { proofs, troubles } = await checkUpload(request);
      const [first] = troubles;
      if (first !== undefined || proofs.length === 0) return refuse(badFile(first?.trouble ?? 'empty'));
      const trouble = await addNote(context, request, row, '', proofs);
      if (trouble !== null) return refuse(problemOf(trouble));
      return told((await readIncident(database.db, row.number)) ?? row, nowMs());
    },
  });
}

/** See its summary. */
export function fileRoute(context: WebContext): AnyApiRoute {
  const { database } = context;
  return apiRoute({
    method: 'GET',
    path: '/incidents/:number/files/:id',
    needs: 'board.view',
    summary: 'One photo or letter',
    tag,
    params: z.strictObject({ number, id: z.uuid() }),
    answer: z.any(),
    produces: 'image/jpeg',
    examples: [{ params: { number: '7', id: '0b0e5c0e-4b7a-4c6e-9a51-1a2b3c4d5e6f' }, answer: '' }],
    async handle({ params, reader, reply }) {
      const row = await visibleIncident(context, reader, params.number);
      const found = row === null ? null : await readProof(database.db, row.number, params.id);
      if (found === null) return refuse(noSuch);
      sendFile(reply, found);
      return sent;
    },
  });
}

/** See its summary. */
export function recordRoute(context: WebContext): AnyApiRoute {
  return apiRoute({
    method: 'GET',
    path: '/incidents/:number/record.pdf',
    needs: 'board.view',
    summary: 'The official record (berita acara)',
    tag,
    params: numbered,
    answer: z.any(),
    produces: 'application/pdf',
    examples: [{ params: { number: '7' }, answer: '' }],
    async handle({ params, reader, request, reply }) {
      const row = await visibleIncident(context, reader, params.number);
      if (row === null) return refuse(noSuch);
      await sendRecord(context, request, reply, row);
      return sent;
    },
  });
}
