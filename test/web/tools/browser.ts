/** A real Chromium, when the machine has one. */
import { access, constants } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';

/** What to tell a person whose machine has none; a reason for `context.skip(…)`. */
export const chromiumMissing = 'needs chromium: apt-get install chromium';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts a browser; null when none is installed. */
export async function startChromium(): Promise<Browser | null> {
  for (const executablePath of places) {
    const found = await access(executablePath, constants.X_OK).then(
      () => true,
      () => false,
    );
    // Chromium refuses its sandbox to root, who runs the tests in containers.
    if (found) return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  }
  return null;
}

/** Everything a page complains about, and every address it asks for. */
export function watchPage(page: Page): { readonly complaints: string[]; readonly asked: string[] } {
  const complaints: string[] = [];
  const asked: string[] = [];
  // A breach of the page's policy is reported on the console, too.
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  return { complaints, asked };
}
