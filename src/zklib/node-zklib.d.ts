/** What we use of node-zklib 1.3.0, which comes without types. Its inner file, because its front prints to the console. */
declare module 'node-zklib/zklibtcp.js' {
  import type { Socket } from 'node:net';

  export default class ZKLibTCP {
    constructor(host: string, port: number, timeoutMs: number);
    /** Null before `createSocket` and after the connection ended. */
    readonly socket: Socket | null;
    /** Wait for a reply; CONNECT and EXIT always get 2 s. */
    timeout: number;
    /** One less than the reply id that went out last. */
    readonly replyId: number;
    createSocket(): Promise<Socket>;
    /** Resolves with the first segment that arrives, without the frame's prefix, whatever it is. */
    executeCmd(command: number, data: Uint8Array): Promise<Buffer>;
    /** Resolves with what it has when it gives up: then `err` is set. */
    readWithBuffer(
      request: Uint8Array,
      onProgress: (receivedBytes: number, expectedBytes: number) => void,
    ): Promise<{ readonly data: Buffer; readonly err?: Error | null }>;
    /** EXIT, then the end of the socket. */
    disconnect(): Promise<unknown>;
  }
}
