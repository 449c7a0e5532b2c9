/** Hands out files that came from outside, so that no browser runs anything in them. */
import type { FastifyReply } from 'fastify';

/** Nothing is loaded, nothing runs, and the page that opens it is not ours. */
const inert = "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'none'";

/** A photo of our own encoding is shown, a letter is only ever saved. */
export function sendFile(
  reply: FastifyReply,
  file: { readonly fileName: string; readonly mediaType: 'image/jpeg' | 'application/pdf'; readonly content: Buffer },
): FastifyReply {
  const { fileName, mediaType, content } = file;
  return reply
    .header('content-security-policy', inert)
    .header('content-disposition', disposition(mediaType === 'image/jpeg' ? 'inline' : 'attachment', fileName))
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'private, no-store')
    .type(mediaType)
    .send(content);
}

/** RFC 6266: an ASCII name for everybody, the whole one for those who can read it. */
export function disposition(kind: 'inline' | 'attachment', fileName: string): string {
  const plain = fileName.replace(/[^A-Za-z0-9_.() -]/g, '_');
  const whole = encodeURIComponent(fileName).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${whole}`;
}
