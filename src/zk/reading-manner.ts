/** How much is asked for at a time, and how often (docs/protocol.md, "Prepare and read", "UDP"). */
import type { QuirkName } from './quirks.ts';
import { datagramPayloadBytes } from './wire.ts';

/** How ranges of a dataset are asked for. */
export interface ReadingManner {
  /** Bytes per request at first. */
  readonly chunkBytes: number;
  /** A range that failed is asked for again in quarters, but never smaller than this. */
  readonly minChunkBytes: number;
  /** Each range that came quickly lets the next one be twice as long, up to this. */
  readonly maxChunkBytes: number;
  /** How often one range is asked for before the read fails. */
  readonly attempts: number;
  /** Use the old direct read instead of the buffer. */
  readonly direct: boolean;
}

/** The size most clients use on TCP; no frame of it reaches 64 KiB. */
const tcpChunkBytes = 65_472;

/** pyzatt asks for whole logs at once; sixteen times the usual size saves nearly all of the waiting already. */
const maxTcpChunkBytes = 16 * tcpChunkBytes;

/**
 * A range counts as quick below this. A terminal serves its screen between two ranges, so one range must not hold it for
 * more than about a second: most hardware sends 64 KB in 1.3 s and is never asked for more.
 */
export const quickRangeMs = 400;

/** What the quirk asks for; the size the author of zkteco-js recommends for poor lines. */
const smallChunkBytes = 8184;

/** A burst of 16 datagrams; pyzk uses the same. */
const udpChunkBytes = 16_384;

/** The manner for a transport and a terminal's quirks. */
export function readingManner(transport: 'tcp' | 'udp', quirks: readonly QuirkName[]): ReadingManner {
  const direct = quirks.includes('readDirectly');
  const small = quirks.includes('smallChunks');
  if (transport === 'udp') {
    const chunkBytes = small ? datagramPayloadBytes : udpChunkBytes;
    // A range of one datagram needs no block numbers, so firmware that sends none is still read correctly.
    return { chunkBytes, minChunkBytes: datagramPayloadBytes, maxChunkBytes: chunkBytes, attempts: 8, direct };
  }
  const chunkBytes = small ? smallChunkBytes : tcpChunkBytes;
  return {
    chunkBytes,
    minChunkBytes: chunkBytes,
    maxChunkBytes: small ? smallChunkBytes : maxTcpChunkBytes,
    attempts: 3,
    direct,
  };
}
