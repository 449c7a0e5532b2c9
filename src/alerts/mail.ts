/** A message by SMTP, with a real client, and an end to every wait. */
import { createTransport } from 'nodemailer';

/** One mail channel as configured. `server` holds a password. */
export interface MailTarget {
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
}

const withinMs = 20_000;

/** Sends one mail. @returns null when the server took it, else a short reason without addresses or passwords */
export async function sendMail(
  target: MailTarget,
  message: { readonly id: string; readonly subject: string; readonly text: string },
): Promise<string | null> {
  const transport = createTransport(target.server, { from: target.from });
  Object.assign(transport.options, { connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs });
  try {
    await transport.sendMail({
      to: [...target.to],
      subject: message.subject,
      text: message.text,
      // The same at every repeat, so that a mail that was taken but not confirmed is seen as one.
      messageId: `<${message.id}@gerbang>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    transport.close();
  }
}

/** The code of the library and of the server; its text may quote addresses. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
  const answer = 'responseCode' in error && typeof error.responseCode === 'number' ? ` ${error.responseCode}` : '';
  return `${code}${answer}`;
}
