/** The pages that are asked for, as people ask: each time for somebody else, another office, another day. */
import { people } from './fill.ts';

/** The last day with rows. */
export const today = '2026-12-01';

/** By name: the address of the nth question. No answer is found twice, except where everybody asks for the same page. */
export const pages: Readonly<Record<string, (at: number) => string>> = {
  'ruang pantau': () => '/',
  'presensi, hari ini': () => '/presensi',
  'presensi, OPD + hari': (at) => `/presensi?opd=opd-${at % 60}&dari=${dayBefore(at * 3)}&sampai=${dayBefore(at * 3)}`,
  'presensi, pegawai': (at) => `/presensi?pegawai=${person(at, 7)}&dari=${dayBefore(30 + at)}&sampai=${dayBefore(at)}`,
  'presensi, pegawai, setahun': (at) => `/presensi?pegawai=${person(at, 11)}&dari=${dayBefore(365)}`,
  'presensi, PIN + OPD': (at) => `/presensi?opd=opd-${at % 60}&pin=${1 + ((at * 13) % people)}&dari=${dayBefore(60)}`,
  'presensi, mesin': (at) =>
    `/presensi?mesin=BENCH${String(at % 300).padStart(4, '0')}&dari=${dayBefore(40 + (at % 300))}`,
  kelengkapan: (at) => `/kelengkapan?bulan=${dayBefore((at * 9) % 700).slice(0, 7)}`,
  mesin: (at) => (at % 2 === 0 ? '/mesin' : `/mesin?opd=opd-${at % 60}`),
};

function person(at: number, step: number): string {
  return `o${at % 60}p${1 + ((at * step) % people)}`;
}

function dayBefore(days: number): string {
  return new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
}
