/** What the gateway and the process that holds the library say to each other. */
import type { ErrorCode, ErrorContext } from '../errors.ts';
import type { Packet } from '../zk/packet.ts';

/** Where and how to connect. Durations in milliseconds. */
export interface OpenRequest {
  readonly kind: 'open';
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  readonly acceptBadChecksum: boolean;
  /** Whether every packet is to be reported. */
  readonly tapped: boolean;
}

/** One command whose answer is one packet. */
export interface AskRequest {
  readonly kind: 'ask';
  readonly command: number;
  readonly payload: Uint8Array;
  readonly timeoutMs: number;
}

/** One dataset, by the library's own buffered read. */
export interface ReadRequest {
  readonly kind: 'read';
  /** Payload of "prepare". */
  readonly payload: Uint8Array;
  readonly prepareTimeoutMs: number;
  /** Largest dataset accepted, prefix included. */
  readonly maxBytes: number;
}

export type Request = OpenRequest | AskRequest | ReadRequest | { readonly kind: 'close' };

/** Ends a request. `bytesRead` counts what has arrived since the connection began. */
export type Result =
  | { readonly kind: 'answer'; readonly packet: Packet; readonly bytesRead: number }
  | { readonly kind: 'dataset'; readonly bytes: Uint8Array; readonly bytesRead: number }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly context: ErrorContext };

/** Said in the middle of a request. */
export type Aside =
  | { readonly kind: 'progress'; readonly receivedBytes: number; readonly expectedBytes: number }
  | { readonly kind: 'packet'; readonly direction: 'sent' | 'received'; readonly bytes: Uint8Array };

export type Report = Result | Aside;
