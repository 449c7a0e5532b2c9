import { expect, test } from 'vitest';
import {
  errorOfChrony,
  errorOfKernel,
  errorOfNtpd,
  errorOfTimesyncd,
  type HostError,
  readHostError,
  watchHostError,
} from '../../src/host-error.ts';

// What the tools print, as published by others: chrony 4 with 14 fields and an older one with 13, ntpd 4.2.8 (2016),
// systemd 250, busybox.
const chrony14 =
  'A29FC87B,time.cloudflare.com,3,1776153600.123456,-0.000015000,0.000000021,0.000000034,-1.234,0.001,0.015,0.012000000,0.001500000,64.2,Normal\n';
const chrony13 =
  'AC1005E7,12,1713857049.0,0.000001974,-0.000000769,0.0001,1.125,0.0,0.04,0.000241462,0.011518663,65.2,Normal';
const ntpd = `associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,
version="ntpd 4.2.8p4@1.3265-o Tue Aug  2 08:19:53 UTC 2016 (1)", leap=00, stratum=2,
precision=-24, rootdelay=9.008, rootdisp=40.902, refid=10.0.0.1,
reftime=dfb39d2d.8598591b  Sat, Sep 10 2016 21:23:07.750,
clock=dfb39dbe.dd542f86  Sat, Sep 10 2016 21:25:32.077, peer=23273,
tc=10, mintc=3, offset=-0.075166, frequency=-10.953, sys_jitter=0.113289,`;
const timesyncd = `       Server: 80.249.145.122 (0.debian.pool.ntp.org)
Poll interval: 8min 32s (min: 32s; max 34min 8s)
         Leap: normal
      Version: 4
Root distance: 38.803ms (max: 5s)
       Offset: -5.086ms
        Delay: 273.384ms
       Jitter: 10month 2w 1d 13h 28min 23.169258s
 Packet count: 17
    Frequency: -0.870ppm`;
const busybox = `    mode:         0
-o  offset:       0 us
-f  freq.adjust:  0 (65536 = 1ppm)
    maxerror:     21500
    esterror:     500
    status:       1 (PLL)`;

test('chrony: system time, root dispersion and half of the root delay', () => {
  expect(errorOfChrony(chrony14)).toBeCloseTo(0.015 + 1.5 + 6, 6);
  expect(errorOfChrony(chrony13)).toBeCloseTo(0.001974 + 11.518663 + 0.120731, 6);
});

test('ntpd: offset, root distance, and the drift since its last update 145 s ago', () => {
  expect(errorOfNtpd(ntpd)).toBeCloseTo(0.075166 + 40.902 + 4.504 + 145 * 0.015, 6);
});

test('timesyncd: root distance, half of the way, the last correction, and the drift of one interval', () => {
  expect(errorOfTimesyncd(timesyncd)).toBeCloseTo(38.803 + 5.086 + 136.692 + 512 * 0.015, 6);
  expect(errorOfTimesyncd(timesyncd.replace('38.803ms', '348us').replace('-5.086ms', '+7.493693s'))).toBeCloseTo(
    0.348 + 7_493.693 + 136.692 + 7.68,
    6,
  );
});

test('the kernel: its own largest error', () => {
  expect(errorOfKernel(busybox)).toBe(21.5);
});

test('a clock that nobody keeps has no known error, and neither has one whose keeper makes no sense', () => {
  expect(errorOfChrony(chrony14.replace('Normal', 'Not synchronised'))).toBeNull();
  expect(errorOfChrony(chrony14.replace('A29FC87B', '7F7F0101'))).toBeNull();
  expect(errorOfChrony('506 Cannot talk to daemon')).toBeNull();
  expect(errorOfChrony(chrony14.replace('0.001500000', ''.padEnd(3, 'x')))).toBeNull();
  expect(errorOfNtpd(ntpd.replace('leap_none', 'leap_alarm'))).toBeNull();
  expect(errorOfNtpd(ntpd.replace('rootdisp', 'rootdsp'))).toBeNull();
  expect(errorOfTimesyncd(timesyncd.replace('Packet count: 17', 'Packet count: 0'))).toBeNull();
  expect(errorOfTimesyncd(timesyncd.replace('38.803ms', 'far'))).toBeNull();
  expect(errorOfKernel(busybox.replace('status:       1 (PLL)', 'status:       64 (UNSYNC)'))).toBeNull();
  for (const judge of [errorOfChrony, errorOfNtpd, errorOfTimesyncd, errorOfKernel]) {
    expect(judge(null)).toBeNull();
    expect(judge('')).toBeNull();
  }
});

test('the most exact source that answers is taken; where none does, nothing is known', async () => {
  const printed: Readonly<Record<string, string>> = { ntpq: ntpd, timedatectl: timesyncd, adjtimex: busybox };
  expect(await readHostError(async (command) => printed[command] ?? null)).toMatchObject({ source: 'ntpd' });
  expect(await readHostError(async (command) => (command === 'adjtimex' ? busybox : null))).toEqual({
    errorMs: 21.5,
    source: 'kernel',
  });
  // Half a day off: whoever says so does not keep this clock.
  const farOff = chrony14.replace('-0.000015000', '43200.0');
  expect(await readHostError(async (command) => (command === 'chronyc' ? farOff : null))).toBeNull();
  expect(await readHostError(async () => null)).toBeNull();
});

test('tools that are not there are no error', async () => {
  const known = await readHostError();
  expect(known === null || known.errorMs >= 0).toBe(true);
});

test('the watch tells once that it is known, and takes it back', async () => {
  const told: (HostError | null)[] = [];
  const watch = watchHostError(
    (known) => told.push(known),
    async () => ({ errorMs: 12, source: 'chrony' }),
  );
  expect(watch.now()).toBeNull();
  await expect.poll(() => told).toEqual([{ errorMs: 12, source: 'chrony' }]);
  expect(watch.now()?.errorMs).toBeGreaterThanOrEqual(13);
  watch.close();
  const failing = watchHostError(
    (known) => told.push(known),
    async () => {
      throw new Error('the tool broke');
    },
  );
  await expect.poll(() => told.length).toBe(2);
  expect(told[1]).toBeNull();
  expect(failing.now()).toBeNull();
  failing.close();
});
