/** Style, script and icon: read once, served under the hash of their content, so a browser may keep them for ever. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AssetUrls } from './views/page.ts';

/** A file as it is served. */
export interface Asset {
  readonly url: string;
  readonly type: string;
  readonly content: Buffer;
}

/** All files of the page, and their addresses by role. */
export interface Assets {
  readonly files: readonly Asset[];
  readonly urls: AssetUrls;
}

/** Reads the files beside this one: `src/web/assets` in a clone, `dist/src/web/assets` when built. */
export async function readAssets(): Promise<Assets> {
  const style = await readAsset('board', 'css', 'text/css; charset=utf-8');
  const script = await readAsset('board', 'js', 'text/javascript; charset=utf-8');
  const paper = await readAsset('paper', 'css', 'text/css; charset=utf-8');
  const room = await readAsset('room', 'css', 'text/css; charset=utf-8');
  const roomScript = await readAsset('room', 'js', 'text/javascript; charset=utf-8');
  const icon = await readAsset('gate', 'svg', 'image/svg+xml');
  const urls = {
    style: style.url,
    script: script.url,
    icon: icon.url,
    paper: paper.url,
    room: room.url,
    roomScript: roomScript.url,
  };
  return { files: [style, script, icon, paper, room, roomScript], urls };
}

async function readAsset(name: string, extension: string, type: string): Promise<Asset> {
  const content = await readFile(new URL(`./assets/${name}.${extension}`, import.meta.url));
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { url: `/assets/${name}.${hash}.${extension}`, type, content };
}
