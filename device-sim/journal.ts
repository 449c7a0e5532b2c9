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
  /** What became of it: served, answered by the stored reply again, or dropped without a word. */
  outcome: 'served' | 'resent' | 'bad-packet' | 'unknown-session' | 'lower-reply-id' | 'frozen';
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
  noteConnection(connection: ConnectionRecord): ConnectionRecord;
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
    noteConnection(connection) {
      if (connections.length >= KEPT_CONNECTIONS) connections.splice(0, KEPT_CONNECTIONS / 10);
      connections.push(connection);
      return connection;
    },
    clear() {
      requests.length = 0;
      connections.length = 0;
    },
  };
}
