/** `/pengaturan/impor`: a CSV, what it would change line by line, and then the change. */
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SetupOutcome } from '../../setup/change.ts';
import { placeText } from '../../setup/effective.ts';
import { type ImportKind, type ImportLine, importCsv, lockKeys } from '../../setup/import.ts';
import { readManaged } from '../../store/setup.ts';
import type { Bilingual } from '../../words/language.ts';
import { frameFor, sendPage } from '../frame.ts';
import { type DryLine, type ImportForm, importView } from './form-views.ts';
import { type SetupPages, wish } from './routes.ts';

const maxBytes = 1_000_000;
const needs = { config: { needs: 'setup.change' } } as const;
const kinds = z.enum(['offices', 'machines']).catch('machines');
const query = z.object({ isi: kinds.default('machines') });

/** Adds the routes. `app` is a scope of this area: files are taken nowhere else because of them. */
export async function addImportRoutes(app: FastifyInstance, pages: SetupPages): Promise<void> {
  const { context } = pages;
  const show = (request: FastifyRequest, reply: FastifyReply, view: ImportForm): FastifyReply =>
    sendPage(reply, importView(frameFor(request, reply, context.frames, '/pengaturan/impor'), view));

  app.get('/pengaturan/impor', needs, async (request, reply) => {
    const { isi } = query.parse(request.query ?? {});
    return show(request, reply, { kind: isi, csv: '', fault: null, lines: null });
  });

  if (!app.hasContentTypeParser('multipart/form-data')) await app.register(multipart);
  app.post(
    '/pengaturan/impor',
    { ...needs, bodyLimit: 3 * maxBytes, preValidation: receive },
    async (request, reply) => {
      const { kind, csv: typed, apply } = typedIn(request);
      const csv = lockKeys(typed, pages.setup.means.keys);
      const imported = await importLines(pages, request, { kind, csv: typed, apply });
      if ('fault' in imported) return show(request, reply.code(422), { kind, csv, fault: imported.fault, lines: null });
      const { lines, isRefused } = imported;
      if (!apply || isRefused) return show(request, apply ? reply.code(422) : reply, { kind, csv, fault: null, lines });
      return reply.redirect(`/pengaturan/${kind === 'offices' ? 'opd' : 'mesin'}?selesai=impor`, 303);
    },
  );
}

/** Reads a CSV and says what becomes of each line; with `apply` it is done unless a line is refused. */
export async function importLines(
  pages: SetupPages,
  request: FastifyRequest,
  { kind, csv, apply }: { readonly kind: ImportKind; readonly csv: string; readonly apply: boolean },
): Promise<{ readonly fault: Bilingual } | { readonly lines: readonly DryLine[]; readonly isRefused: boolean }> {
  const imported = importCsv(csv, kind, await readManaged(pages.context.database.db), pages.setup.means.keys);
  if ('fault' in imported) return imported;
  const wishes = imported.lines.flatMap((line) => line.wish ?? []);
  const isWhole = wishes.length === imported.lines.length;
  const outcome = await wish(pages, request, wishes, { dryRun: !apply || !isWhole });
  const lines = dryLines(imported.lines, outcome);
  return { lines, isRefused: lines.some(({ effect }) => effect === 'refused') };
}

/** What becomes of each line. */
export function dryLines(lines: readonly ImportLine[], outcome: SetupOutcome): readonly DryLine[] {
  let at = 0;
  return lines.map(({ line, officeCode, terminalName, wish: wanted, reason }): DryLine => {
    const place = { line, officeCode, terminalName };
    if (wanted === null) return { ...place, effect: 'refused', reasons: reason === null ? [] : [reason] };
    const effect = outcome.outcomes[at] ?? 'unchanged';
    at += 1;
    const faults = outcome.faults.filter(
      (fault) => placeText(fault.officeCode, fault.terminalName ?? '') === placeText(officeCode, terminalName ?? ''),
    );
    if (faults.length === 0) return { ...place, effect, reasons: [] };
    return { ...place, effect: 'refused', reasons: faults.map(({ text }) => text) };
  });
}

const limits = { fileSize: maxBytes, files: 1, fields: 10, fieldSize: maxBytes, parts: 12 };

/** Reads the form before it is defended against forgery: what it carries for that is one of its fields. */
async function receive(request: FastifyRequest): Promise<void> {
  if (!request.isMultipart()) return;
  const fields: Record<string, string> = {};
  for await (const part of request.parts({ limits }))
    fields[part.fieldname] = part.type === 'file' ? (await part.toBuffer()).toString('utf8') : String(part.value);
  request.body = fields;
}

const body = z.object({
  kind: kinds,
  csv: z.string().catch(''),
  action: z.string().catch(''),
  file: z.string().catch(''),
});

/** A file that was chosen wins over what stands in the text. */
function typedIn(request: FastifyRequest): { kind: ImportKind; csv: string; apply: boolean } {
  const { kind, csv, action, file } = body.parse(request.body ?? {});
  return { kind, csv: file.trim() === '' ? csv : file, apply: action === 'apply' };
}
