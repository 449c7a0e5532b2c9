/** The berita acara read back from its PDF: what an official, a hearing or an auditor finds on the paper. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { MachineFacts } from '../../src/incident/facts.ts';
import type { ProofRow } from '../../src/store/incident-proofs.ts';
import type { IncidentRow, StepRow } from '../../src/store/incidents.ts';
import { type RecordContent, recordPdf } from '../../src/web/incidents/record-pdf.ts';
import { pdfText } from '../tools/pdf-text.ts';

/** In Jayapura it is already the next day then. */
const openedMs = Date.parse('2026-11-24T22:05:00Z');
const minute = 60_000;

const incident: IncidentRow = {
  number: 41,
  kind: 'lost',
  state: 'replaced',
  officeCode: 'distrik-buruway',
  officeName: 'Distrik Buruway',
  timeZone: 'Asia/Jayapura',
  terminalName: 'Teras',
  place: 'di samping pintu',
  serial: 'CKJ210400009',
  sinceMs: openedMs - 30 * minute,
  words: 'Pagi ini mesin sudah tidak ada; kabelnya dipotong.',
  openedBy: 'account',
  openedMs,
  lastStepMs: openedMs + 300 * minute,
  closedMs: openedMs + 300 * minute,
  wellSinceMs: null,
  mergedInto: null,
  noteSentMs: openedMs + 120 * minute,
  reminders: 0,
  proofs: 2,
  lastActor: 'Rina (Kominfo)',
};

const facts: MachineFacts = {
  atMs: openedMs,
  state: 'failing',
  errorCode: 'NET_UNREACHABLE',
  failingSinceMs: openedMs - 45 * minute,
  lastAttemptMs: openedMs - minute,
  lastReadMs: openedMs - 46 * minute,
  readThroughMs: openedMs - 46 * minute,
  offsetMs: 130_000,
  offsetBoundMs: 40,
  serial: 'CKJ210400009',
  address: '10.30.4.21:4370',
  firmware: 'Ver 6.60 Apr 26 2022',
  platform: 'ZMM220_TFT',
  deviceName: 'MB20-VL',
  records: 4_812,
  recordCapacity: 100_000,
  users: 214,
  usualPeople: 37,
  knownPins: 41,
  lastPunchMs: openedMs - 14 * 60 * minute,
  otherMachines: 2,
  otherMachinesWell: 1,
};

let steps = 0;
function step(what: StepRow['what'], afterMinutes: number, more: Partial<StepRow> = {}): StepRow {
  steps += 1;
  return {
    stepId: steps,
    what,
    note: '',
    detail: {},
    actorKind: 'account',
    actor: 'hr',
    actorName: 'Hendra (BKPP)',
    atMs: openedMs + afterMinutes * minute,
    ...more,
  } as StepRow;
}

function proof(fileName: string, mediaType: ProofRow['mediaType'], bytes: number): ProofRow {
  const digest = (text: string): Buffer => createHash('sha256').update(`${text} ${fileName}`).digest();
  const size = { bytes, receivedBytes: bytes + 1, width: null, height: null };
  const [sha256, receivedSha256] = [digest('kept'), digest('received')];
  return { proofId: fileName, stepId: 1, fileName, mediaType, ...size, sha256, receivedSha256, addedMs: openedMs };
}

const content: RecordContent = {
  incident,
  steps: [
    step('reported', 0),
    step('reminder', 60, { actorKind: 'gateway', actor: 'gerbang', actorName: '' }),
    step('acknowledged', 90, { actorName: 'Rina (Kominfo)' }),
    step('verified', 200, { actorName: 'Rina (Kominfo)', note: 'Sudah dicek di lokasi.' }),
    step('replaced', 300, {
      actorName: 'Rina (Kominfo)',
      note: 'Diganti unit baru.',
      detail: { oldSerial: 'CKJ210400009', newSerial: 'CKJ260100007' },
    }),
  ],
  proofs: [proof('teras kosong.jpg', 'image/jpeg', 20_481), proof('surat kehilangan.pdf', 'application/pdf', 1_024)],
  facts: [facts],
  printedBy: 'Hendra (BKPP)',
  nowMs: openedMs + 26 * 60 * minute,
};

/** Lines that were broken for the paper are one again. */
async function read(changes: Partial<RecordContent> = {}): Promise<string> {
  return pdfText(await recordPdf({ ...content, ...changes })).replace(/\s+/g, ' ');
}

test('it opens and closes with the sentences of an official letter', async () => {
  const text = await read();
  expect(text).toMatch(/^BERITA ACARA LAPORAN MESIN PRESENSI: HILANG Nomor: 0041\/LM\/11\/2026 /);
  expect(text).toContain(
    'Pada hari ini, Kamis, 26 November 2026, kami yang bertanda tangan di bawah ini membuat berita acara tentang keadaan mesin presensi di Distrik Buruway, berdasarkan laporan, bukti, dan catatan mesin yang tersimpan pada Gerbang, sebagai berikut.',
  );
  expect(text).toContain(
    'Demikian berita acara ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya. Catatan mesin dan urutan kejadian di atas tidak dapat diubah setelah tersimpan.',
  );
  for (const role of ['Pelapor,', 'Pemeriksa (Operator Kominfo),', 'Saksi,', 'Mengetahui, Kepala Perangkat Daerah,'])
    expect(text).toContain(`${role} Nama: NIP:`);
  const headings = ['A. Laporan', 'B. Catatan mesin', 'C. Urutan kejadian', 'D. Bukti', 'Demikian berita acara'];
  expect(headings.map((heading) => text.indexOf(heading))).toEqual(
    headings.map((heading) => text.indexOf(heading)).sort((a, b) => a - b),
  );
  expect(headings.filter((heading) => !text.includes(heading))).toEqual([]);
});

test('it says what was reported, by whom and when, in the zone of the office', async () => {
  const text = await read();
  for (const row of [
    'Perangkat daerah : Distrik Buruway',
    'Mesin presensi : Teras',
    'Letak : di samping pintu',
    'Nomor seri : CKJ210400009',
    'Jenis kejadian : Hilang',
    'Terjadi sejak : 25 November 2026 pukul 06.35 WIT',
    'Dilaporkan pada : 25 November 2026 pukul 07.05 WIT',
    'Dilaporkan oleh : Hendra (BKPP)',
    'Keadaan laporan : Diganti',
    'Selesai pada : 25 November 2026 pukul 12.05 WIT',
    'Batas menurut UU 27/2022 : 28 November 2026 pukul 07.05 WIT',
    'Pemberitahuan tertulis dikirim : 25 November 2026 pukul 09.05 WIT',
    'Keterangan pelapor: “Pagi ini mesin sudah tidak ada; kabelnya dipotong.”',
  ])
    expect(text).toContain(row);
  // Not one time of another zone.
  expect(text).not.toMatch(/WIB|WITA|UTC/);
  expect((await read({ incident: { ...incident, timeZone: 'Asia/Jakarta' } })).match(/\bWIT\b/)).toBeNull();
});

test('it holds what the gateway knew of the machine', async () => {
  const text = await read();
  expect(text).toContain(
    'Yang diketahui Gerbang tentang mesin ini ketika dilaporkan, 25 November 2026 pukul 07.05 WIT: Keadaan : Tidak menjawab Terakhir terbaca : 25 November 2026 pukul 06.19 WIT Gagal sejak : 25 November 2026 pukul 06.20 WIT Sebab : ',
  );
  for (const row of [
    '(NET_UNREACHABLE)',
    'Presensi terakhir : 24 November 2026 pukul 17.05 WIT',
    'Selisih jam : Jam mesin lebih cepat 2 menit 10 detik',
    'Biasa presensi di sini (30 hari) : 37 orang',
    'Mesin lain di kantor : 2, 1 berfungsi',
    'Perangkat : MB20-VL · ZMM220_TFT',
    'Firmware : Ver 6.60 Apr 26 2022',
    'Alamat : 10.30.4.21:4370',
    'Catatan di mesin : 4.812 / 100.000',
    'Pengguna menurut mesin : 214',
  ])
    expect(text).toContain(row);
  expect(await read({ facts: [] })).toContain(
    'Mesin ini tidak terdaftar pada Gerbang, sehingga tidak ada catatan mesin.',
  );
});

test('it tells every step in order, with its person, its note and the new serial, and no reminder', async () => {
  const text = await read();
  expect(text).toContain(
    [
      'C. Urutan kejadian',
      '25-11-2026 07.05 WIT : Dilaporkan — Hendra (BKPP)',
      '25-11-2026 08.35 WIT : Diterima — Rina (Kominfo)',
      '25-11-2026 10.25 WIT : Terverifikasi — Rina (Kominfo) Sudah dicek di lokasi.',
      '25-11-2026 12.05 WIT : Diganti — Rina (Kominfo) CKJ210400009 → CKJ260100007 Diganti unit baru.',
      'D. Bukti',
    ].join(' '),
  );
});

test('it names each file with the digests by which it can be told from a forged one', async () => {
  const text = await read();
  const [photo, letter] = content.proofs;
  const digests = (row: ProofRow | undefined): string =>
    `disimpan ${row?.sha256.toString('hex')} dikirim ${row?.receivedSha256.toString('hex')}`;
  expect(text).toContain(`1. Foto: teras kosong.jpg (21 kB) ${digests(photo)}`);
  expect(text).toContain(`2. Surat: surat kehilangan.pdf (1 kB) ${digests(letter)}`);
  expect(await read({ proofs: [] })).toContain('Tidak ada berkas bukti yang dilampirkan.');
});

test('a long record goes on over pages, each of which says which it is and of how many', async () => {
  const note = 'Petugas datang, memeriksa kabel, dan mencatat keadaannya. '.repeat(6);
  const many = Array.from({ length: 40 }, (_, at) => step('note', at, { note: `${at}. ${note}` }));
  const text = await read({ steps: [step('reported', 0), ...many] });
  const foot = 'BERITA ACARA 0041/LM/11/2026 · dicetak 26 November 2026 pukul 09.05 WIT oleh Hendra (BKPP) · halaman';
  const feet = [...text.matchAll(/· halaman (\d+) dari (\d+)/g)].map(([, page, of]) => [Number(page), Number(of)]);
  expect(text).toContain(`${foot} 1 dari`);
  expect(feet.length).toBeGreaterThan(3);
  expect(feet).toEqual(feet.map((_, at) => [at + 1, feet.length]));
  expect(many.filter((_, at) => !text.includes(`${at}. Petugas datang`))).toEqual([]);
});

test('a PDF that is not ours is not read as an empty one', () => {
  expect(() => pdfText(Buffer.from('%PDF-1.4\n%%EOF\n'))).toThrow('pages are missing');
});
