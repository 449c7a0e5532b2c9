/** Answers that need not be sent twice (RFC 9110, section 13.1.2). */
import { createHash } from 'node:crypto';

/** A strong tag of exactly this answer. */
export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
}

/** `If-None-Match`: a list of tags, weak ones among them, or everything. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
