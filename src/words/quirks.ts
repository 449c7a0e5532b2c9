/** Why somebody would set a quirk of a terminal, and what it costs. docs/protocol.md has the same under "Quirks". */
import type { Bilingual } from './language.ts';

export const quirkReasons = {
  acceptBadReplyChecksum: {
    id: 'Semua jawaban model ini membawa checksum yang salah. Kerusakan di kabel lalu hanya tampak dari ukuran dan penghitung.',
    en: 'Every reply of this model carries a wrong checksum. Damage on the line then shows only in sizes and counters.',
  },
  readDirectly: {
    id: 'Mesin menolak baca lewat penyangga tetapi mungkin menjawab baca langsung yang lama. Seluruh catatan lalu diambil setiap kali.',
    en: 'The terminal refuses the buffered read but may answer the old direct one. Each poll then moves the whole log.',
  },
  smallChunks: {
    id: 'Pembacaan putus di tengah jawaban yang panjang. Potongan 8 KB lebih tahan di jalur seperti ini, tetapi lebih lambat.',
    en: 'The read broke off in a long reply. Pieces of 8 KB stand such a line better, but are slower on a good one.',
  },
  skipOperationLog: {
    id: 'Mesin tersendat bila catatan operasinya diminta. Pergeseran jamnya lalu ditempatkan dengan bukti yang lebih lemah.',
    en: 'The terminal stumbles over being asked for its operation log. Steps of its clock are then located by weaker evidence.',
  },
} satisfies Record<string, Bilingual>;
