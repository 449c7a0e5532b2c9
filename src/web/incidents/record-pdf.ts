/** Berita acara: a report as an official document, A4, in Indonesian. The page numbers and digests make it whole. */
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { dayOf, wallTimeIn, zoneLabel } from '../../clock/zone.ts';
import { notificationDeadlineMs } from '../../incident/ageing.ts';
import type { MachineFacts } from '../../incident/facts.ts';
import type { ProofRow } from '../../store/incident-proofs.ts';
import type { IncidentRow, StepRow } from '../../store/incidents.ts';
import { kindNames, stateName } from '../../words/incidents.ts';
import { recordWords as words } from '../../words/record.ts';
import { factTexts, linesOf, stepName } from './incident-parts.ts';
import { actorName } from './incident-view.ts';
import { zoneOf } from './report-zone.ts';

/** What stands in the document. */
export interface RecordContent {
  readonly incident: IncidentRow;
  readonly steps: readonly StepRow[];
  readonly proofs: readonly ProofRow[];
  readonly facts: readonly MachineFacts[];
  /** Who printed it, and when. */
  readonly printedBy: string;
  readonly nowMs: number;
}

const fonts = createRequire(import.meta.url)
  .resolve('dejavu-fonts-ttf/package.json')
  .replace('package.json', 'ttf/');
const margin = 57;
const lang = 'id';

/** Draws the document. */
export async function recordPdf(content: RecordContent): Promise<Buffer> {
  const { incident, nowMs } = content;
  const title = `${words.title} ${recordNumber(incident)}`;
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + 14 },
    bufferPages: true,
    lang: 'id-ID',
    info: { Title: title, Author: 'Gerbang', CreationDate: new Date(nowMs) },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => doc.on('end', resolve).on('error', reject));
  doc.registerFont('text', `${fonts}DejaVuSerif.ttf`).registerFont('bold', `${fonts}DejaVuSerif-Bold.ttf`);
  doc.registerFont('figures', `${fonts}DejaVuSansMono.ttf`);
  const pen = penOf(doc);
  head(pen, content);
  about(pen, content);
  machine(pen, content);
  timeline(pen, content);
  evidence(pen, content);
  signatures(pen, content);
  numberPages(doc, `${title} · ${words.printed} ${stampOf(incident, nowMs)} ${words.by} ${content.printedBy}`);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

/** `0007/LM/11/2026`: number, kind of letter, month and year of the report where it was made. */
export function recordNumber(incident: IncidentRow): string {
  const { number, openedMs } = incident;
  const [year = '', month = ''] = dayOf(zoneOf(incident), openedMs).split('-');
  return `${String(number).padStart(4, '0')}/LM/${month}/${year}`;
}

interface Pen {
  readonly doc: PDFKit.PDFDocument;
  heading(text: string): void;
  paragraph(text: string): void;
  rows(rows: readonly (readonly [name: string, value: string | null])[]): void;
  /** A new page when less than this is left. */
  room(points: number): void;
}

function penOf(doc: PDFKit.PDFDocument): Pen {
  const width = doc.page.width - 2 * margin;
  const nameWidth = 165;
  const valueWidth = width - nameWidth - 12;
  const bottom = (): number => doc.page.height - doc.page.margins.bottom;
  const room = (points: number): void => {
    if (doc.y + points > bottom()) doc.addPage();
  };
  return {
    doc,
    room,
    heading(text) {
      room(60);
      doc.moveDown(0.8).font('bold').fontSize(10.5).text(text, margin, doc.y, { width }).moveDown(0.3);
    },
    paragraph(text) {
      doc.font('text').fontSize(9.5).text(text, margin, doc.y, { width, align: 'justify', lineGap: 1.5 });
    },
    rows(rows) {
      doc.font('text').fontSize(9.5);
      for (const [name, value] of rows) {
        if (value === null) continue;
        const heights = [
          doc.heightOfString(name, { width: nameWidth }),
          doc.heightOfString(value, { width: valueWidth }),
        ];
        const height = Math.max(...heights);
        room(Math.min(height, 200) + 4);
        const { y } = doc;
        doc.text(name, margin, y, { width: nameWidth });
        doc.text(':', margin + nameWidth, y);
        doc.text(value, margin + nameWidth + 12, y, { width: valueWidth });
        // A long value may have gone on to the next page.
        doc.y = Math.max(doc.y, y + height > bottom() ? doc.y : y + height);
        doc.moveDown(0.15);
      }
    },
  };
}

function head({ doc, paragraph }: Pen, { incident, nowMs }: RecordContent): void {
  const width = doc.page.width - 2 * margin;
  const center = { width, align: 'center' } as const;
  doc.font('bold').fontSize(13).text(words.title, margin, doc.y, center);
  doc.fontSize(11).text(words.about(kindNames[incident.kind].id.toUpperCase()), margin, doc.y, center);
  doc
    .font('text')
    .fontSize(10)
    .text(`${words.number}: ${recordNumber(incident)}`, margin, doc.y, center);
  doc
    .moveDown(0.4)
    .moveTo(margin, doc.y)
    .lineTo(margin + width, doc.y)
    .lineWidth(1.2)
    .stroke()
    .moveDown(0.8);
  paragraph(words.opening(longDay(incident, nowMs), incident.officeName ?? incident.place));
}

function about({ heading, rows, paragraph }: Pen, { incident, steps }: RecordContent): void {
  heading(words.reportHeading);
  const first = steps[0];
  const deadline = notificationDeadlineMs(incident.kind, incident.openedMs);
  rows([
    [words.office, incident.officeName ?? null],
    [words.machine, incident.terminalName],
    [words.place, incident.place || null],
    [words.serial, incident.serial],
    [words.kind, kindNames[incident.kind].id],
    [words.since, stampOf(incident, incident.sinceMs)],
    [words.reportedAt, stampOf(incident, incident.openedMs)],
    [words.reportedBy, first === undefined ? null : actorName(first, lang)],
    [words.state, stateName(incident.state, incident.kind).id],
    [words.closedAt, incident.closedMs === null ? null : stampOf(incident, incident.closedMs)],
    [words.deadline, deadline === null ? null : stampOf(incident, deadline)],
    [words.noteSent, incident.noteSentMs === null ? null : stampOf(incident, incident.noteSentMs)],
    [words.goesOnIn, incident.mergedInto === null ? null : `#${incident.mergedInto}`],
  ]);
  if (incident.words !== '') paragraph(`${words.told}: “${incident.words}”`);
}

function machine({ heading, rows, paragraph }: Pen, { incident, facts }: RecordContent): void {
  heading(words.machineHeading);
  const [then] = facts;
  if (then === undefined) {
    paragraph(words.noFacts);
    return;
  }
  paragraph(words.factsAt(stampOf(incident, then.atMs)));
  rows(factTexts(then, lang, (atMs) => (atMs === null ? null : stampOf(incident, atMs))));
}

function timeline({ heading, rows }: Pen, { incident, steps }: RecordContent): void {
  heading(words.timelineHeading);
  rows(
    steps
      .filter(({ what }) => what !== 'reminder')
      .map((step) => {
        const said = [
          `${stepName(step, incident, lang)} — ${actorName(step, lang)}`,
          ...linesOf(step, lang, (atMs) => stampOf(incident, atMs)),
        ];
        return [shortStampOf(incident, step.atMs), said.join('\n')] as const;
      }),
  );
}

function evidence({ doc, heading, paragraph, room }: Pen, { proofs }: RecordContent): void {
  heading(words.evidenceHeading);
  if (proofs.length === 0) {
    paragraph(words.noEvidence);
    return;
  }
  paragraph(words.evidenceLead);
  doc.moveDown(0.3);
  proofs.forEach(({ fileName, mediaType, bytes, sha256, receivedSha256 }, index) => {
    room(54);
    const kind = mediaType === 'image/jpeg' ? words.photo : words.letter;
    doc
      .font('text')
      .fontSize(9.5)
      .text(`${index + 1}. ${kind}: ${fileName} (${Math.ceil(bytes / 1024)} kB)`, margin);
    doc.font('figures').fontSize(7);
    doc.text(`${words.kept}  ${sha256.toString('hex')}`, margin + 14);
    doc.text(`${words.received}  ${receivedSha256.toString('hex')}`, margin + 14).moveDown(0.3);
  });
}

function signatures({ doc, paragraph, room }: Pen, { incident, nowMs }: RecordContent): void {
  room(230);
  doc.moveDown(1);
  paragraph(words.closing);
  doc.moveDown(1);
  const width = (doc.page.width - 2 * margin) / 2;
  const blocks = [words.signReporter, words.signHandler, words.signWitness, words.signHead] as const;
  const top = doc.y;
  blocks.forEach((role, index) => {
    const x = margin + (index % 2) * width;
    const y = top + Math.floor(index / 2) * 112;
    const place = index === 1 ? `………………, ${longDay(incident, nowMs)}` : '';
    doc
      .font('text')
      .fontSize(9)
      .text(place, x, y, { width: width - 20 });
    doc.text(role, x, y + 13, { width: width - 20 });
    doc
      .moveTo(x, y + 80)
      .lineTo(x + width - 50, y + 80)
      .lineWidth(0.6)
      .stroke();
    doc.text(`${words.name}:`, x, y + 84).text(`${words.nip}:`, x, y + 96);
  });
}

/** The foot of each page is outside its margins, where text would open a page of its own. */
function numberPages(doc: PDFKit.PDFDocument, foot: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    doc.page.margins.bottom = 0;
    doc.font('text').fontSize(7).fillColor('#444444');
    const text = `${foot} · ${words.page} ${page + 1} ${words.of} ${count}`;
    doc.text(text, margin, doc.page.height - margin + 8, {
      width: doc.page.width - 2 * margin,
      align: 'center',
      lineBreak: false,
    });
  }
}

function longDay(incident: IncidentRow, atMs: number): string {
  const timeZone = zoneOf(incident);
  return new Intl.DateTimeFormat('id-ID', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(atMs);
}

/** `02-11-2026 07.31 WIB`, for columns. */
function shortStampOf(incident: IncidentRow, atMs: number): string {
  const timeZone = zoneOf(incident);
  const { year, month, day, hour, minute } = wallTimeIn(timeZone, atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(day)}-${two(month)}-${year} ${two(hour)}.${two(minute)} ${zoneLabel(timeZone, atMs)}`;
}

/** `2 November 2026 pukul 07.31 WIB`, as official letters write it. */
function stampOf(incident: IncidentRow, atMs: number): string {
  const timeZone = zoneOf(incident);
  const day = new Intl.DateTimeFormat('id-ID', { timeZone, day: 'numeric', month: 'long', year: 'numeric' }).format(
    atMs,
  );
  const { hour, minute } = wallTimeIn(timeZone, atMs);
  return `${day} pukul ${String(hour).padStart(2, '0')}.${String(minute).padStart(2, '0')} ${zoneLabel(timeZone, atMs)}`;
}
