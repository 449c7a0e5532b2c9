/** `npx tsx test/tools/draw-time.ts`: draws the pictures of docs/time.md anew. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pictures } from '../clock/pictures/pictures.ts';

const folder = join(import.meta.dirname, '../../docs/time');

await mkdir(folder, { recursive: true });
for (const [name, svg] of Object.entries(pictures())) await writeFile(join(folder, name), svg);
