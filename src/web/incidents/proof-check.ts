/**
 * What a file really is, and how it is kept. A name and a declared type say nothing: content decides. Photos are decoded
 * and encoded anew, so that nothing rides along: no location, no camera, no second file behind the image. A letter stays
 * as it is and is never shown by us, only handed out (`proof-files.ts`).
 */
import { createHash } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import type { CheckedProof } from '../../store/incident-proofs.ts';
import { createLane } from './lane.ts';

/** Bytes of one file as it is sent. */
export const maxFileBytes = 8 * 1024 * 1024;
/** Files of one sending. */
export const maxFiles = 5;
/** Bytes of one sending. */
export const maxTotalBytes = 20 * 1024 * 1024;

/** Fifty million pixels is the largest photo phones take; what claims more is meant to fill our memory. */
const maxPixels = 52_000_000;
/** A photo is evidence of what a machine looks like; this still shows a serial number on its back. */
const keptEdge = 2_400;
const decodeSeconds = 10;

/** Why a file was not taken: a key of `proofWords`. */
export type ProofTrouble = 'notTaken' | 'damaged' | 'tooManyPixels' | 'tooLarge' | 'empty';

// One image at a time, one thread: decoding must not take the processor from the terminals.
sharp.concurrency(1);
sharp.cache(false);
const lane = createLane(24);

/**
 * Checks one file.
 *
 * @param fileName as the browser gave it
 * @returns what to keep, or why not
 */
export async function checkProof(fileName: string, bytes: Buffer): Promise<CheckedProof | ProofTrouble> {
  if (bytes.length === 0) return 'empty';
  if (bytes.length > maxFileBytes) return 'tooLarge';
  const type = typeOf(bytes);
  if (type === null) return 'notTaken';
  const received = {
    fileName: cleanName(fileName, type === 'pdf' ? 'pdf' : 'jpg'),
    receivedSha256: createHash('sha256').update(bytes).digest(),
    receivedBytes: bytes.length,
  };
  if (type === 'pdf') {
    if (!isWholePdf(bytes)) return 'damaged';
    return { ...received, mediaType: 'application/pdf', content: bytes, width: null, height: null };
  }
  const image = await lane(() => reencode(bytes));
  return typeof image === 'string' ? image : { ...received, mediaType: 'image/jpeg', ...image };
}

/** Photos that every phone and browser makes, by their first bytes. SVG, TIFF, GIF and HEIC are not among them. */
function typeOf(bytes: Buffer): 'jpeg' | 'png' | 'webp' | 'pdf' | null {
  const head = bytes.subarray(0, 12).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  return head.startsWith('%PDF-') ? 'pdf' : null;
}

function isWholePdf(bytes: Buffer): boolean {
  return bytes.subarray(-2_048).includes('%%EOF');
}

async function reencode(
  bytes: Buffer,
): Promise<{ readonly content: Buffer; readonly width: number; readonly height: number } | ProofTrouble> {
  const open = (): Sharp => sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true });
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
    if (width * height > maxPixels) return 'tooManyPixels';
    const { data, info } = await open()
      .timeout({ seconds: decodeSeconds })
      // The turn that the camera noted is made now, because the note goes with the rest.
      .autoOrient()
      .resize({ width: keptEdge, height: keptEdge, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 82 })
      .toBuffer({ resolveWithObject: true });
    return { content: data, width: info.width, height: info.height };
  } catch {
    return 'damaged';
  }
}

/** Letters, digits and few others, with the ending that it really has: the name goes into headers and onto paper. */
export function cleanName(name: string, ending: 'jpg' | 'pdf'): string {
  const base = (name.split(/[/\\]/).at(-1) ?? '').replace(/\.[A-Za-z0-9]{1,5}$/, '');
  const clean = base
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N} _.()-]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${clean.slice(0, 100) || 'berkas'}.${ending}`;
}
