/** One packet on its way to a client, with what is done to it there. */
export type Outgoing = {
  /** Header and payload, or raw bytes when `framed` is false. */
  bytes: Buffer;
  /** Whether TCP puts its prefix before it. */
  framed: boolean;
  /** Waited before it. */
  pauseMs: number;
  /** A block of a transfer. */
  isData?: boolean;
  /** The OK that closes a transfer. */
  isClosing?: boolean;
  /** The length the TCP prefix claims, when it lies. */
  claimedBytes?: number;
  /** The TCP prefix is that of encrypted firmware. */
  secureMagic?: boolean;
  /** The connection is cut after this many bytes of it. */
  cutAfterBytes?: number;
  /** The terminal restarts at this point and is away this long. */
  rebootMs?: number;
};

/** A packet as it should be. */
export const plain = (bytes: Buffer): Outgoing => ({ bytes, framed: true, pauseMs: 0 });
