import { REPLY } from './codec/wire.ts';

/** One reply; the session field is the session's id unless the protocol puts something else there. */
export type Reply = { code: number; session?: number; payload?: Buffer; pauseMs?: number; closesTransfer?: boolean };

/** What a request is answered with. */
export type Answer = {
  replies: Iterable<Reply>;
  /** How long the terminal works before it answers. */
  delayMs?: number;
  endsSession?: boolean;
};

export const OK: Reply = { code: REPLY.ok };
export const ERROR: Reply = { code: REPLY.error };
