/** The few marks that pictures of clocks need, as SVG text. Numbers are cut to a tenth, so that a picture is the same on every machine. */

/** Colours of the pictures; each has enough contrast on white. */
export const ink = {
  text: '#1f2328',
  faint: '#d0d7de',
  quiet: '#656d76',
  proven: '#0969da',
  provenFill: '#b6d7ff',
  step: '#bc4c00',
  stepFill: '#ffd8b5',
  good: '#1a7f37',
} as const;

export const width = 760;

const cut = (value: number): string => String(Math.round(value * 10) / 10);
const safe = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** A whole picture. */
export function picture(title: string, height: number, marks: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"`,
    `  font-family="system-ui, sans-serif" font-size="13" fill="${ink.text}">`,
    `<title>${safe(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, more = ''): string {
  return `<line x1="${cut(x1)}" y1="${cut(y1)}" x2="${cut(x2)}" y2="${cut(y2)}" stroke="${colour}"${more}/>`;
}

export function box(x: number, y: number, wide: number, high: number, colour: string): string {
  return `<rect x="${cut(x)}" y="${cut(y)}" width="${cut(Math.max(wide, 1))}" height="${cut(high)}" fill="${colour}"/>`;
}

export function dot(x: number, y: number, colour: string, radius = 3): string {
  return `<circle cx="${cut(x)}" cy="${cut(y)}" r="${radius}" fill="${colour}"/>`;
}

export function area(points: readonly (readonly [number, number])[], colour: string): string {
  return `<polygon points="${points.map(([x, y]) => `${cut(x)},${cut(y)}`).join(' ')}" fill="${colour}"/>`;
}

export function words(
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  colour: string = ink.text,
): string {
  return `<text x="${cut(x)}" y="${cut(y)}" text-anchor="${anchor}" fill="${colour}">${safe(text)}</text>`;
}

/** Maps a stretch of values to a stretch of the picture. */
export function scale(from: readonly [number, number], to: readonly [number, number]): (value: number) => number {
  return (value) => to[0] + ((value - from[0]) / (from[1] - from[0])) * (to[1] - to[0]);
}
