/** What GET_FREE_SIZES reports. */
export type Counters = {
  users: number;
  fingers: number;
  records: number;
  operationLog: number;
  administrators: number;
  passwords: number;
  fingerCapacity: number;
  userCapacity: number;
  recordCapacity: number;
  faces: number;
  faceCapacity: number;
};

/** Bytes of the reply: 80 on two-line terminals, 92 on colour ones, 112 on some newer, 4 on a few that only say zero. */
export type SizesBytes = 4 | 80 | 92 | 112;

/** Writes the sizes reply: an array of i32, of which the shorter forms hold the first fields. */
export function encodeSizes(counters: Counters, bytes: SizesBytes): Buffer {
  const whole = Buffer.alloc(112);
  const fields: readonly (readonly [number, number])[] = [
    [16, counters.users],
    [24, counters.fingers],
    [32, counters.records],
    [40, counters.operationLog],
    [48, counters.administrators],
    [52, counters.passwords],
    [56, counters.fingerCapacity],
    [60, counters.userCapacity],
    [64, counters.recordCapacity],
    [68, Math.max(0, counters.fingerCapacity - counters.fingers)],
    [72, Math.max(0, counters.userCapacity - counters.users)],
    [76, Math.max(0, counters.recordCapacity - counters.records)],
    [80, counters.faces],
    [88, counters.faceCapacity],
  ];
  for (const [offset, value] of fields) whole.writeInt32LE(value, offset);
  return whole.subarray(0, bytes);
}
