/** Live punch events by payload length: header and payload, and the time they carry. */
export interface EventVector {
  readonly name: string;
  readonly origin: string;
  readonly payload: string;
  readonly time: string | null;
}

export const punchEvents: readonly EventVector[] = [
  {
    name: '10 bytes',
    origin: 'constructed after pyzk issue #164, ZEM560',
    payload: '0500 01 00 180301080000',
    time: '2024-03-01T08:00:00',
  },
  {
    name: '12 bytes',
    origin: 'zk-protocol capture',
    payload: 'f1944900 00 00 120c07130906',
    time: '2018-12-07T19:09:06',
  },
  {
    name: '14 bytes',
    origin: 'constructed after pyzk issue #164, ZEM300',
    payload: '0500 01 00 18030108001e 00000000',
    time: '2024-03-01T08:00:30',
  },
  {
    name: '32 bytes, face',
    origin: 'zk-protocol capture',
    payload: '31313430303634 00*17 0f 00 120b1d0c3703',
    time: '2018-11-29T12:55:03',
  },
  {
    name: '32 bytes, finger',
    origin: 'zk-protocol capture',
    payload: '393939313131333333 00*15 01 00 120619112905',
    time: '2018-06-25T17:41:05',
  },
  {
    name: '36 bytes',
    origin: 'constructed',
    payload: '31303035 00*20 0f 00 18030108001e 00000000',
    time: '2024-03-01T08:00:30',
  },
  {
    name: '37 bytes',
    origin: 'constructed after pyzk issue #153',
    payload: '31303035 00*20 01 00 18030108001e 00*5',
    time: '2024-03-01T08:00:30',
  },
  {
    name: '52 bytes',
    origin: 'constructed',
    payload: '31303035 00*20 01 ff 18030108001e 00*20',
    time: '2024-03-01T08:00:30',
  },
  { name: '9 bytes, unknown', origin: 'constructed after pyzk issue #86', payload: '00*9', time: null },
  { name: 'nothing', origin: 'constructed', payload: '', time: null },
];
