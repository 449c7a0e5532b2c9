/** All routes of `/api/v1`, one line per area. How to write one: api/README.md. */
import { alertsApi } from './alerts/api.ts';
import type { AnyApiRoute } from './api/route.ts';
import { attendanceApi } from './attendance/api.ts';
import { completenessApi } from './completeness-api.ts';
import type { WebContext } from './context.ts';
import { incidentsApi } from './incidents/api.ts';
import { outageWindowsApi } from './incidents/outage-api.ts';
import { meApi } from './me-api.ts';
import { peopleApi } from './people/api.ts';
import { accountsApi } from './settings/api.ts';
import { tokensApi } from './settings/token-api.ts';

export function apiRoutes(context: WebContext): readonly AnyApiRoute[] {
  const { database } = context;
  return [
    ...meApi(),
    ...completenessApi(database),
    ...alertsApi(context),
    ...attendanceApi(context),
    ...peopleApi(context),
    ...incidentsApi(context),
    ...outageWindowsApi(context),
    ...accountsApi(context),
    ...tokensApi(context),
  ];
}
