/** Replies to command 50 of every length seen, payload only. Null where the reply is too short for the field. */
export const counterReplies = [
  {
    name: '92 bytes: 3 users, 30 records, 17 operations, capacity 100,000',
    origin: 'constructed after zk-protocol',
    hex: '00*16 03000000 00*4 02000000 00*4 1e000000 00*4 11000000 00*4 01000000 01000000 b80b0000 10270000 a0860100 b60b0000 0d270000 82860100 00*8 90010000',
    users: 3,
    records: 30,
    operations: 17,
    recordCapacity: 100_000,
  },
  {
    name: '80 bytes of an old machine',
    origin: 'constructed',
    hex: '00*16 05000000 00*12 07000000 00*24 e8030000 30750000 00*12',
    users: 5,
    records: 7,
    operations: 0,
    recordCapacity: 30_000,
  },
  {
    name: '112 bytes with a tail of unknown meaning',
    origin: 'constructed',
    hex: '00*16 01000000 00*12 02000000 00*4 03000000 00*20 04000000 00*40 ff*4',
    users: 1,
    records: 2,
    operations: 3,
    recordCapacity: 4,
  },
  {
    name: '4 zero bytes',
    origin: 'pyzk issue #41, WL20',
    hex: '00*4',
    users: null,
    records: null,
    operations: null,
    recordCapacity: null,
  },
  {
    name: 'nothing',
    origin: 'constructed',
    hex: '',
    users: null,
    records: null,
    operations: null,
    recordCapacity: null,
  },
] as const;

/** Option replies, payload as text, and the value in them. */
export const optionReplies: readonly (readonly [payload: string, value: string | null])[] = [
  ['~SerialNumber=ABC1234567890\0', 'ABC1234567890'],
  ['SerialNumber=ABC1234567890', 'ABC1234567890'],
  ['~DeviceName=K40=Pro\0', 'K40=Pro'],
  ['~Platform=ZMM220_TFT\0leftover=1', 'ZMM220_TFT'],
  ['~OEMVendor=\0', null],
  ['~OEMVendor\0', null],
  ['\0', null],
  ['', null],
  ['~DeviceName=Lo\u001b[31mbby\u0007 1 \0', 'Lo[31mbby 1'],
];
