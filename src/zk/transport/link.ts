/** What a conversation needs from the network: packets out, packets in, and word when it is over. */
import type { GerbangError } from '../../errors.ts';

/** Told by a link; all calls are synchronous and in order. */
export interface LinkListener {
  /** Header and payload of one packet. The memory is the listener's to keep. */
  onPacket(packet: Uint8Array): void;
  /** Any bytes at all arrived, whole packet or not. */
  onBytes(count: number): void;
  /** The link is gone or its stream cannot be read any more. Called at most once, and never after `close`. */
  onLost(error: GerbangError): void;
}

/** One connection to one terminal. */
export interface Link {
  readonly kind: 'tcp' | 'udp';
  /** From here on packets are delivered; nothing is lost before. */
  listen(listener: LinkListener): void;
  /** Writes one frame as `encodeFrame` made it, in a single write. Silently dropped when nothing can be written. */
  send(frame: Uint8Array): void;
  /** Bound on the length a frame may declare, from the next frame on; where frames declare one. */
  allowFrameBytes(bytes: number): void;
  /** Lets what was written leave, then closes. Never throws. */
  close(): Promise<void>;
}
