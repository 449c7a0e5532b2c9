/** What `gerbang explain` and `gerbang clocks` say of themselves. */
import type { Bilingual } from './language.ts';

export const clockCommands = {
  explain: { id: 'jelaskan waktu satu catatan, dapat dicetak', en: 'explain the time of one punch, to be printed' },
  punchId: {
    id: 'nomor catatan, misalnya ABC123-1-42 (attendance.punch_id)',
    en: 'id of the punch, ABC123-1-42 for example (attendance.punch_id)',
  },
  clocks: { id: 'jam semua mesin, yang terburuk di atas', en: 'the clocks of all terminals, worst first' },
  office: { id: 'hanya mesin OPD dengan kode ini', en: 'only terminals of the office with this code' },
} satisfies Record<string, Bilingual>;
