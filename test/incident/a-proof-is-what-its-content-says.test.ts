import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkProof, cleanName } from '../../src/web/incidents/proof-check.ts';

const photo = (): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#884422' } })
    // Orientation 6: the camera was turned.
    .withExif({ IFD0: { Make: 'Kamera', ImageDescription: 'rahasia' }, IFD3: { GPSLatitude: '3/1 48/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<<>>\n%%EOF\n',
);

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A PNG that claims a size and holds a few bytes. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([head, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = deflateSync(Buffer.alloc(1_000));
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

test('a photo is encoded anew: turned as the camera said, and nothing of the camera left', async () => {
  const sent = await photo();
  expect(sent.includes('rahasia')).toBe(true);
  const kept = await checkProof('IMG 0001.JPG', Buffer.concat([sent, Buffer.from('<?php evil() ?>')]));
  if (typeof kept === 'string') throw new Error(kept);
  expect(kept).toMatchObject({ fileName: 'IMG 0001.jpg', mediaType: 'image/jpeg', width: 40, height: 60 });
  for (const left of ['rahasia', 'Kamera', 'Exif', '<?php']) expect(kept.content.includes(left)).toBe(false);
  const meta = await sharp(kept.content).metadata();
  expect([meta.exif, meta.icc, meta.xmp, meta.orientation]).toEqual([undefined, undefined, undefined, undefined]);
});

test('a letter is kept as it is, with the digest of what was sent', async () => {
  const kept = await checkProof('surat.pdf', pdf);
  if (typeof kept === 'string') throw new Error(kept);
  expect(kept.mediaType).toBe('application/pdf');
  expect(kept.content.equals(pdf)).toBe(true);
  expect(kept.receivedSha256.toString('hex')).toBe(createHash('sha256').update(pdf).digest('hex'));
});

describe('refused', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
  test.each([
    ['a page called photo', 'foto.jpg', Buffer.from('<html><script>alert(1)</script></html>'), 'notTaken'],
    ['SVG called PNG', 'foto.png', Buffer.from(svg), 'notTaken'],
    ['a program called PDF', 'surat.pdf', Buffer.from('MZ\x90\x00'), 'notTaken'],
    ['a GIF', 'a.gif', Buffer.from('GIF89a'), 'notTaken'],
    ['the head of a JPEG', 'a.jpg', Buffer.from('\xff\xd8\xff\xe0 and then words', 'latin1'), 'damaged'],
    ['half a PDF', 'a.pdf', Buffer.from('%PDF-1.7 …'), 'damaged'],
    ['nothing', 'a.pdf', Buffer.alloc(0), 'empty'],
    ['too many bytes', 'a.pdf', Buffer.alloc(8 * 1024 * 1024 + 1, '%PDF-'), 'tooLarge'],
    ['a bomb of pixels', 'a.png', pngOf(50_000, 50_000), 'tooManyPixels'],
    ['pixels that are not there', 'a.png', pngOf(2_000, 2_000), 'damaged'],
  ])('%s', async (_what, name, bytes, trouble) => {
    expect(await checkProof(name, bytes)).toBe(trouble);
  });

  test('a photo that was cut off', async () => {
    const whole = await sharp({
      create: {
        width: 400,
        height: 400,
        channels: 3,
        background: '#123',
        noise: { type: 'gaussian', mean: 90, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer();
    expect(await checkProof('a.jpg', whole.subarray(0, whole.length / 2))).toBe('damaged');
  });
});

test.each([
  ['../../etc/passwd', 'pdf', 'passwd.pdf'],
  ['C:\\foto\\depan.png', 'jpg', 'depan.jpg'],
  ['a"\r\nSet-Cookie: x.pdf', 'pdf', 'a___Set-Cookie_ x.pdf'],
  ['.htaccess', 'jpg', 'htaccess.jpg'],
  ['../..', 'jpg', 'berkas.jpg'],
  ['surat izin (2).pdf.exe', 'pdf', 'surat izin (2).pdf.pdf'],
] as const)('the name %j becomes harmless', (name, ending, clean) => {
  expect(cleanName(name, ending)).toBe(clean);
});
