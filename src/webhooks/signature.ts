/**
 * The signature of a message, as Standard Webhooks 1.0 has it, so that receivers check it with a library they can get for
 * any language: HMAC-SHA256 over `id.timestamp.body`. docs/integration.md shows it in ten lines.
 */
import { createHmac } from 'node:crypto';

/**
 * The value of the header `webhook-signature`.
 *
 * @param secret `whsec_` and the key in base64
 * @param timestampSeconds when this attempt was sent, whole seconds since 1970
 */
export function signatureOf(secret: string, id: string, timestampSeconds: number, body: Buffer): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body);
  return `v1,${mac.digest('base64')}`;
}
