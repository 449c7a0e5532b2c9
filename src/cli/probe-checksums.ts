/** Whether the checksums of replies are right: always wrong is a peculiarity of a model, sometimes wrong is a bad line. */
import { checksumOf } from '../zk/checksum.ts';
import type { WireTap } from '../zk/driver.ts';

/** Replies seen, and how many of them carried a wrong checksum. */
export interface ReplyChecksums {
  replies: number;
  wrong: number;
}

/**
 * A tap that counts.
 *
 * @param also another tap that is to see the same packets
 */
export function countChecksums(counts: ReplyChecksums, also: WireTap | undefined): WireTap {
  return {
    sent: (packet) => also?.sent(packet),
    received(packet) {
      also?.received(packet);
      counts.replies += 1;
      if (packet.length < 4 || checksumOf(packet) !== (packet[2] ?? 0) + (packet[3] ?? 0) * 256) counts.wrong += 1;
    },
  };
}
