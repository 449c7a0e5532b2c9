/** The reports of one machine's place: what is open, and what was lately closed. */

import { may } from '../../accounts/permissions.ts';
import { ageOf } from '../../incident/ageing.ts';
import { ageNames, kindNames, listWords, stateName } from '../../words/incidents.ts';
import { machineWords } from '../../words/machines.ts';
import { ageText } from '../../words/time.ts';
import { timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { stateTag } from '../incidents/list-view.ts';
import { reportLink } from '../incidents/report-link.ts';
import type { PageFrame } from '../views/page.ts';
import { buttonLink, dataTable, tag } from '../views/parts.ts';
import type { MachineFacts } from './machine-facts.ts';

export function reportsView({ office, machine, reports }: MachineFacts, frame: PageFrame, nowMs: number): Html {
  const { words, reader } = frame;
  const { lang } = words;
  const opd = encodeURIComponent(office.code);
  const heads = [listWords.number, listWords.kind, listWords.state, listWords.since, listWords.waiting];
  const rows = reports.map(({ number, kind, state, sinceMs, lastStepMs }) => {
    const age = ageOf(state, nowMs - lastStepMs);
    return [
      reportLink(number),
      kindNames[kind][lang],
      tag(stateName(state, kind)[lang], stateTag(state)),
      timeTag(sinceMs, office.timeZone, words, nowMs),
      html`${ageText(nowMs - lastStepMs, lang)}${age !== null && html` <small>${ageNames[age][lang]}</small>`}`,
    ];
  });
  return html`${dataTable(
    machineWords.reports[lang],
    heads.map((head) => ({ head: head[lang] })),
    rows,
    machineWords.reportNone[lang],
  )}<p class="buttons">${may(reader, 'incident.report') && buttonLink(`/lapor?opd=${opd}&mesin=${encodeURIComponent(machine.name)}`, machineWords.reportNew[lang], 'main')} ${buttonLink(`/laporan?opd=${opd}`, machineWords.reportAll[lang])}</p>`;
}
