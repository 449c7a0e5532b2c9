/** `GET /api/v1/me`: whom the gateway takes the reader for, so that a system can check its token before it relies on it. */
import { z } from 'zod';
import { permissions, roles } from '../accounts/permissions.ts';
import { type AnyApiRoute, apiRoute } from './api/route.ts';

const me = z.object({
  kind: z.enum(['account', 'token']),
  actor: z.string().meta({ description: 'Login of the account or name of the token.' }),
  name: z.string(),
  role: z.enum(roles).nullable(),
  office: z.string().nullable().meta({ description: 'The only office this reader sees; null for all.' }),
  permissions: z.array(z.enum(permissions)),
});

export function meApi(): readonly AnyApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/me',
      needs: 'signed-in',
      summary: 'Who asks, and what they may do',
      tag: 'Accounts',
      answer: me,
      examples: [
        {
          answer: {
            kind: 'token',
            actor: 'e-kinerja',
            name: 'e-kinerja',
            role: null,
            office: null,
            permissions: ['board.view', 'attendance.view'],
          },
        },
      ],
      handle: ({ reader }) => ({
        kind: reader.kind,
        actor: reader.actor,
        name: reader.name,
        role: reader.role,
        office: reader.officeCode,
        permissions: [...reader.permissions],
      }),
    }),
  ];
}
