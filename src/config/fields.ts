/**
 * The kinds of values a configuration field can hold, each with its bounds, its help and what is allowed in words.
 *
 * Everything arrives as text: from YAML read without guessing types (so that serial `0012345` keeps its zeros) and from
 * the environment. The kinds below turn text into numbers and switches.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { isKnownZone } from '../clock/zone.ts';

/** One sentence in both languages of the command line. */
export interface Bilingual {
  readonly id: string;
  readonly en: string;
}

/** What a schema node knows about itself for error texts, the example and the reference. */
export interface FieldHelp {
  readonly help: Bilingual;
  readonly allowed: Bilingual;
  /** Value shown in the example when there is no default. */
  readonly example?: string | undefined;
  /** True when the value must never be shown. */
  readonly secret?: boolean | undefined;
  /** True when the example shows it commented out, because it would reach out to somebody. */
  readonly exampleOff?: boolean | undefined;
}

/** Help texts, beside the schema nodes they belong to. */
export const fieldHelp = z.registry<FieldHelp>();

/** Attaches help to a schema node and returns that node. */
export function field<T extends z.ZodType>(schema: T, help: FieldHelp): T {
  fieldHelp.add(schema, help);
  return schema;
}

/** Whole number from digits or a number; anything else is left for the number schema to refuse. */
export function wholeNumber(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value),
    z.int().min(min).max(max),
  );
}

/** `true` or `false`. */
export function flag() {
  return z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
}

/** Printable text of one line. */
export function line(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => text.trim() === text && !/\p{Cc}/u.test(text));
}

/** IPv4, IPv6 or a host name (RFC 1123). */
export function hostName() {
  return z.string().refine(isHost);
}

/** True for an IP address or a host name; a name of digits and dots only is a mistyped address. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  if (text.length === 0 || text.length > 253 || /^[\d.]+$/.test(text)) return false;
  return text.split('.').every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
}

/** An IANA zone name. Fixed offsets such as `+07:00` are refused: they are not zones. */
export function zoneName() {
  return z.string().refine(isKnownZone);
}
