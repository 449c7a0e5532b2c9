/**
 * Counts MQTT packets on a stream of bytes without keeping any of them.
 *
 * aedes gathers a packet in memory until it is whole, and MQTT lets a packet announce 256 MB before anybody has said who
 * they are. The announced length stands in the first five bytes (MQTT 3.1.1, section 2.2), so it is judged there.
 */

/** Bounds for one connection, in bytes. */
export interface PacketLimits {
  /** Everything before the broker has accepted the connection. */
  readonly beforeAcceptedBytes: number;
  /** One packet, header included, afterwards. */
  readonly packetBytes: number;
}

/** Why a connection must end. */
export type PacketFault = 'not-mqtt' | 'too-much-before-connect' | 'packet-too-long';

/** The meter of one connection. */
export interface PacketMeter {
  /** Takes the next bytes. Returns a fault as soon as one is announced, otherwise null. */
  take(chunk: Uint8Array): PacketFault | null;
  /** The broker has accepted the connection: the bound per packet holds from here on. */
  accept(): void;
}

/** CONNECT, the only packet a connection may begin with: type 1, flags 0. */
const connectHeader = 0x10;
/** The remaining length is written in at most four bytes, seven bits each. */
const maxLengthBytes = 4;

/** Creates the meter of one connection. */
export function createPacketMeter(limits: PacketLimits): PacketMeter {
  let accepted = false;
  let packets = 0;
  let bytesBeforeAccepted = 0;
  let bodyLeft = 0;
  let header: number[] = [];

  /** Adds one header byte; returns a fault, or sets `bodyLeft` when the header is whole. */
  function takeHeaderByte(byte: number): PacketFault | null {
    header.push(byte);
    if (header.length === 1) return packets === 0 && byte !== connectHeader ? 'not-mqtt' : null;
    if ((byte & 0x80) !== 0) return header.length > maxLengthBytes ? 'not-mqtt' : null;
    bodyLeft = header.slice(1).reduce((sum, part, index) => sum + (part & 0x7f) * 128 ** index, 0);
    const announcedBytes = header.length + bodyLeft;
    header = [];
    packets += 1;
    if (!accepted && announcedBytes > limits.beforeAcceptedBytes) return 'too-much-before-connect';
    return announcedBytes > limits.packetBytes ? 'packet-too-long' : null;
  }

  return {
    take(chunk) {
      if (!accepted) bytesBeforeAccepted += chunk.length;
      if (bytesBeforeAccepted > limits.beforeAcceptedBytes) return 'too-much-before-connect';
      let at = 0;
      while (at < chunk.length) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, chunk.length - at);
          bodyLeft -= step;
          at += step;
          continue;
        }
        const fault = takeHeaderByte(chunk[at] ?? 0);
        if (fault !== null) return fault;
        at += 1;
      }
      return null;
    },
    accept() {
      accepted = true;
      bytesBeforeAccepted = 0;
    },
  };
}
