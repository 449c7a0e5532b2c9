// Part of `npm run build`: the compiler moves only TypeScript, the page also needs its styles, scripts and icons.
import { cp, stat } from 'node:fs/promises';

const assets = new URL('../../src/web/assets/', import.meta.url);
const built = new URL('../../dist/src/web/assets/', import.meta.url);
if ((await stat(assets).catch(() => null))?.isDirectory()) await cp(assets, built, { recursive: true });
else throw new Error(`${assets.pathname} is missing`);
