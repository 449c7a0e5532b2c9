/**
 * The text of a PDF as a reader of the paper sees it, line by line. It knows as much of the format as our own documents
 * use: pages with one content stream, glyphs in hex, and for each font the stream that says which letters its glyphs are.
 */
import { inflateSync } from 'node:zlib';

interface Part {
  readonly dictionary: string;
  /** Unpacked; empty where there is none. */
  readonly stream: Buffer;
}

/** @throws Error for what it does not understand: a text that is silently short would prove nothing */
export function pdfText(pdf: Buffer): string {
  const parts = partsOf(pdf);
  const pages = [...parts.values()].filter(({ dictionary }) => /\/Type \/Page\b/.test(dictionary));
  const root = [...parts.values()].find(({ dictionary }) => /\/Type \/Pages\b/.test(dictionary));
  const inOrder = references(/\/Kids \[([^\]]*)\]/.exec(root?.dictionary ?? '')?.[1] ?? '').map((at) => at(parts));
  if (inOrder.length === 0 || inOrder.length !== pages.length) throw new Error('pages are missing');
  return inOrder.map((page) => pageText(page, parts)).join('\n');
}

type Parts = ReadonlyMap<number, Part>;

/** Every numbered object. Streams are cut by their length: their bytes may look like anything. */
function partsOf(pdf: Buffer): Parts {
  const text = pdf.toString('latin1');
  const parts = new Map<number, Part>();
  const head = /(\d+) 0 obj\s/g;
  for (let found = head.exec(text); found !== null; found = head.exec(text)) {
    const from = head.lastIndex;
    const streamAt = text.indexOf('stream\n', from);
    const endAt = text.indexOf('endobj', from);
    if (endAt < 0) throw new Error('an object does not end');
    if (streamAt < 0 || streamAt > endAt) {
      parts.set(Number(found[1]), { dictionary: text.slice(from, endAt), stream: Buffer.alloc(0) });
      continue;
    }
    const dictionary = text.slice(from, streamAt);
    const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1]);
    const bytes = pdf.subarray(streamAt + 7, streamAt + 7 + length);
    parts.set(Number(found[1]), {
      dictionary,
      stream: dictionary.includes('/FlateDecode') ? inflateSync(bytes) : bytes,
    });
    head.lastIndex = streamAt + 7 + length;
  }
  return parts;
}

function references(list: string): ((parts: Parts) => Part)[] {
  return [...list.matchAll(/(\d+) 0 R/g)].map(([, number]) => (parts) => {
    const part = parts.get(Number(number));
    if (part === undefined) throw new Error(`object ${number} is missing`);
    return part;
  });
}

function referenced(dictionary: string, name: string, parts: Parts): Part {
  const [found] = references(new RegExp(`/${name} \\d+ 0 R`).exec(dictionary)?.[0] ?? '');
  if (found === undefined) throw new Error(`no /${name}`);
  return found(parts);
}

type Letters = ReadonlyMap<number, string>;

function pageText(page: Part, parts: Parts): string {
  const fonts = new Map<string, Letters>();
  const { dictionary } = referenced(page.dictionary, 'Resources', parts);
  for (const [, name = '', number] of dictionary.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const [font] = references(`${number} 0 R`);
    if (font !== undefined) fonts.set(name, lettersOf(referenced(font(parts).dictionary, 'ToUnicode', parts)));
  }
  const drawn = referenced(page.dictionary, 'Contents', parts).stream.toString('latin1');
  const lines: string[] = [];
  for (const [, block = ''] of drawn.matchAll(/\bBT\b([\s\S]*?)\bET\b/g)) {
    const shownAs = [...block.matchAll(/\[([^\]]*)\] TJ/g)].map(([, list]) => list).join(' ');
    const letters = fonts.get(/\/(F\d+) [\d.]+ Tf/.exec(block)?.[1] ?? '');
    if (letters === undefined || shownAs === '' || / Tj|\(/.test(block)) throw new Error('a text in no font of ours');
    lines.push(
      [...shownAs.matchAll(/<([0-9a-f]+)>|(-?[\d.]+)/g)].map(([, hex, gap]) => shown(letters, hex, gap)).join(''),
    );
  }
  return lines.join('\n');
}

/** Thousandths of the font's size; what lies between two letters for looks is less. */
const widthOfSpace = 250;

/** Between the words of a justified line there are no spaces but gaps, which every reader takes for spaces. */
function shown(letters: Letters, hex: string | undefined, gap: string | undefined): string {
  if (hex === undefined) return Number(gap) <= -widthOfSpace ? ' ' : '';
  return (hex.match(/.{4}/g) ?? []).map((glyph) => letterOf(letters, glyph)).join('');
}

function letterOf(letters: Letters, glyph: string): string {
  const letter = letters.get(Number.parseInt(glyph, 16));
  if (letter === undefined) throw new Error(`glyph ${glyph} is no letter`);
  return letter;
}

/** `<0000> <00ff> [<0000> <0042> …]`: the glyphs of a range, one after the other. */
function lettersOf({ stream }: Part): Letters {
  const letters = new Map<number, string>();
  for (const [, first = '', , list = ''] of stream
    .toString('latin1')
    .matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/g))
    for (const [index, [, hex = '']] of [...list.matchAll(/<([0-9a-f ]*)>/g)].entries())
      letters.set(
        Number.parseInt(first, 16) + index,
        Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
      );
  if (letters.size === 0) throw new Error('a font does not say its letters');
  return letters;
}
