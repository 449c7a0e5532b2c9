/** One request as the terminal received it. */
export type RequestRecord = {
  /** Which connection or datagram peer it came over. */
  peer: string;
  command: number;
  replyId: number;
  payloadBytes: number;
  receivedAtMs: number;
  /** When the last packet of the answer left; undefined while it has not, or when it never will. */
  answeredAtMs: number | undefined;
  /** What became of it: served, answered by the stored reply again, or dropped without a word for one of these reasons. */
  outcome: 'served' | 'resent' | 'bad-packet' | 'unknown-session' | 'lower-reply-id' | 'ignored';
};

/** One TCP connection, or one UDP peer. */
export type ConnectionRecord = {
  peer: string;
  openedAtMs: number;
  closedAtMs: number | undefined;
  bytesReceived: number;
  bytesSent: number;
};

const KEPT_REQUESTS = 2_000;
const KEPT_CONNECTIONS = 200;

/** What a terminal remembers of its clients. Bounded: the oldest are forgotten. */
export type Journal = {
  readonly requests: readonly RequestRecord[];
  readonly connections: readonly ConnectionRecord[];
  noteRequest(request: RequestRecord): RequestRecord;
  openConnection(peer: string, atMs: number): ConnectionRecord;
  clear(): void;
};

export function createJournal(): Journal {
  const requests: RequestRecord[] = [];
  const connections: ConnectionRecord[] = [];
  return {
    requests,
    connections,
    noteRequest(request) {
      if (requests.length >= KEPT_REQUESTS) requests.splice(0, KEPT_REQUESTS / 10);
      requests.push(request);
      return request;
    },
    openConnection(peer, atMs) {
      if (connections.length >= KEPT_CONNECTIONS) connections.splice(0, KEPT_CONNECTIONS / 10);
      const connection = { peer, openedAtMs: atMs, closedAtMs: undefined, bytesReceived: 0, bytesSent: 0 };
      connections.push(connection);
      return connection;
    },
    clear() {
      requests.length = 0;
      connections.length = 0;
    },
  };
}
