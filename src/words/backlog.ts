/** How far the first read of a fleet is, in words. */
import { type Lang, numberText } from './language.ts';
import { durationText } from './time.ts';

/** Records on terminals and in the database, and how long the rest will take; null when nobody can say. */
export interface BacklogFacts {
  readonly counted: number;
  readonly stored: number;
  readonly remainingMs: number | null;
}

/** One line: how much is stored, and an estimate that says what it rests on. */
export function backlogText({ counted, stored, remainingMs }: BacklogFacts, lang: Lang): string {
  const [done, all] = [numberText(stored, lang), numberText(counted, lang)];
  const percent = numberText(Math.floor((100 * stored) / Math.max(1, counted)), lang);
  const left = remainingMs === null ? null : durationText(remainingMs, lang);
  if (lang === 'id') {
    const rest =
      left === null
        ? 'belum ada yang masuk, jadi sisa waktunya tidak diketahui'
        : `kira-kira ${left} lagi bila secepat dua menit terakhir`;
    return `Catatan lama sedang dibaca: ${done} dari ${all} tersimpan (${percent} %), ${rest}`;
  }
  const rest =
    left === null
      ? 'nothing comes in, so nobody can say how long it takes'
      : `about ${left} more if it goes on as in the last two minutes`;
  return `Older records are being read: ${done} of ${all} stored (${percent} %), ${rest}`;
}
