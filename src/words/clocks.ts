/** What the ranking of clocks and the page of one clock say. */
import type { Bilingual } from './language.ts';

export const clockStandings = {
  wrong: { id: 'jam tidak tepat', en: 'wrong time' },
  'needs-person': { id: 'perlu orang', en: 'needs a person' },
  'to-look-at': { id: 'perlu dilihat', en: 'to look at' },
  unmeasured: { id: 'belum diukur', en: 'not measured' },
  well: { id: 'tepat', en: 'right' },
} satisfies Record<string, Bilingual>;

export const clockWords = {
  standing: { id: 'Keadaan', en: 'Standing' },
  office: { id: 'OPD', en: 'Office' },
  terminal: { id: 'Mesin', en: 'Terminal' },
  offset: { id: 'Selisih jam', en: 'Clock offset' },
  rate: { id: 'Laju', en: 'Rate' },
  lastSet: { id: 'Terakhir disetel', en: 'Last set' },
  lastStep: { id: 'Perubahan terakhir', en: 'Last change' },
  lastLook: { id: 'Terakhir diperiksa', en: 'Last looked at' },
  notices: { id: 'Yang terlihat', en: 'What was seen' },
  perDay: { id: 'dtk/hari', en: 's/day' },
  never: { id: 'belum pernah', en: 'never' },
  frozen: { id: 'diam', en: 'standing still' },
  since: { id: 'sejak', en: 'since' },
  until: { id: 'sampai', en: 'until' },
  times: { id: 'kali', en: 'times' },
  records: { id: 'catatan', en: 'punches' },
  next: { id: 'Langkah', en: 'Next step' },
  contradictions: {
    id: 'Model jam yang kemudian bertentangan dengan yang sebelumnya: perlu diperiksa orang.',
    en: 'A later model of this clock contradicted an earlier one: a person should look into it.',
  },
  none: { id: 'Belum ada mesin yang pernah dibaca.', en: 'No terminal was ever read.' },
  noneIn: {
    id: 'Tidak ada mesin yang pernah dibaca di OPD dengan kode ini.',
    en: 'No terminal was ever read in that office.',
  },
  summary: { id: 'jam, tujuh hari terakhir', en: 'clocks, the last seven days' },
  neutral: {
    id: 'Yang terlihat, dengan buktinya. Gerbang tidak menyebut siapa atau mengapa.',
    en: 'What was seen, with its evidence. Gerbang does not say who or why.',
  },
} satisfies Record<string, Bilingual>;
