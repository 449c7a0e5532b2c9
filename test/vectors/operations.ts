/** Entries of the operation log, 16 bytes each, without the length in front of them. */
export interface OperationVector {
  readonly name: string;
  readonly origin: string;
  readonly hex: string;
  readonly operation: number;
  /** Byte 3, which is not decoded. */
  readonly by: number;
  readonly time: string;
  readonly parameters: readonly number[];
}

export const operations: readonly OperationVector[] = [
  {
    name: 'operation 6 with parameters 3, 0, 7 and 0x0502',
    origin: 'zk-protocol capture of 2018',
    hex: '0000 06 2a c29b6823 0300 0000 0700 0205',
    operation: 6,
    by: 42,
    time: '2018-06-25T16:09:38',
    parameters: [3, 0, 7, 0x0502],
  },
  {
    name: 'switched on',
    origin: 'constructed after zk-protocol and the manual of 2006',
    hex: '0000 00 00 00000000 0000 0000 0000 0000',
    operation: 0,
    by: 0,
    time: '2000-01-01T00:00:00',
    parameters: [],
  },
  {
    name: 'time set by administrator 7',
    origin: 'constructed after zk-protocol and the manual of 2006',
    hex: '0000 15 07 807d4c2e 0000 0000 0000 0000',
    operation: 21,
    by: 7,
    time: '2024-03-01T08:00:00',
    parameters: [],
  },
];
