/** People in pages, for whoever may know them. */
import { z } from 'zod';
import type { Reader } from '../../accounts/permissions.ts';
import type { Database } from '../../store/database.ts';
import { readPeople } from '../../store/people.ts';
import { type PageCall, pageBy } from '../api/paging.ts';

/** People of a reader by name. */
export function pageOfPeople(
  db: Database['db'],
  call: PageCall & { readonly reader: Reader; readonly query: { readonly search?: string | undefined } },
) {
  const { search = '' } = call.query;
  return pageBy(call, {
    key: z.tuple([z.string(), z.string()]),
    read: (key, limit) => {
      const after = key === undefined ? null : { name: key[0], personId: key[1] };
      return readPeople(db, { officeCode: call.reader.officeCode, search, after, limit });
    },
    told: (person) => person,
    keyOf: ({ name, personId }) => [name, personId],
  });
}
