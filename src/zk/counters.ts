/** The terminal's own counters, reply to command 50 (docs/protocol.md, "Counters"). */
import type { TerminalCounters } from './driver.ts';

const offset = { users: 16, records: 32, operations: 40, recordCapacity: 64 } as const;

/**
 * Counters in a reply of any length: firmware sends 4, 80, 92 or 112 bytes, so a field is read only when it is there.
 * Negative counts are firmware noise and read as absent.
 */
export function decodeCounters(payload: Uint8Array): TerminalCounters {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const field = (at: number): number | null => {
    if (at + 4 > payload.length) return null;
    const value = view.getInt32(at, true);
    return value < 0 ? null : value;
  };
  return {
    users: field(offset.users),
    records: field(offset.records),
    operations: field(offset.operations),
    recordCapacity: field(offset.recordCapacity),
  };
}
