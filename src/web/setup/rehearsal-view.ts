/** `/pengaturan/gladi`: what a rehearsal is, and how it is begun and ended. */
import type { OfficeConfig } from '../../config.ts';
import { setupWords } from '../../words/setup.ts';
import { rehearsalWords as words } from '../../words/setup-rehearsal.ts';
import { type Html, html } from '../html.ts';
import type { PageFrame } from '../views/page.ts';
import { banner, dataTable } from '../views/parts.ts';
import { setupPage } from './list-views.ts';

/** @param inFile codes of offices for which the command needs the file */
export function rehearsalView(frame: PageFrame, offices: readonly OfficeConfig[], inFile: ReadonlySet<string>): Html {
  const { lang } = frame.words;
  const rows = offices.map(({ code, name, terminals }) => [
    name,
    terminals.length,
    html`<code>gerbang rehearse --office ${code}${inFile.has(code) && ' --config gerbang.yaml'}</code>`,
  ]);
  const body = html`${banner('info', words.apart[lang])}<p>${words.what[lang]}</p><ol class="steps">${words.steps.map((step) => html`<li>${step[lang]}</li>`)}</ol>
${dataTable(
  setupWords.offices[lang],
  [
    { head: setupWords.name[lang] },
    { head: setupWords.machineCount[lang], figures: true },
    { head: words.command[lang] },
  ],
  rows,
  setupWords.noOffices[lang],
)}`;
  return setupPage(frame, words.title, null, body);
}
