/** Refusals of the API. */
import type { Permission } from '../../accounts/permissions.ts';
import { type ApiProblem, noSuch } from '../api-problem.ts';

export const signInNeeded: ApiProblem = {
  status: 401,
  type: 'token-needed',
  title: 'A token is needed',
  detail: 'Send the header "Authorization: Bearer TOKEN" with a token that an operator made under Pengaturan → Token.',
};

export const tokenUnknown: ApiProblem = {
  status: 401,
  type: 'token-unknown',
  title: 'The token is not known',
  detail: 'It was mistyped, revoked, or has expired. An operator makes a new one under Pengaturan → Token.',
};

export const storeAway: ApiProblem = {
  status: 503,
  type: 'store-away',
  title: 'The database cannot be used',
  detail: 'Nothing is lost. Ask again in a few seconds.',
  retryAfterSeconds: 5,
};

/** A browser must prove that a page of ours sent it. */
export const formTokenNeeded: ApiProblem = {
  status: 403,
  type: 'form-token',
  title: 'The request is not proven to be yours',
  detail: 'With a session instead of a token, send the form token of a page in the header "x-csrf-token".',
};

export const noSuchOffice = noSuch(
  'office',
  'Ask for offices by their codes, among those that your account or token may see; leave them out for all.',
);

/** What concerns all offices is nobody's who is limited to one. */
export const forAllOffices: ApiProblem = {
  status: 404,
  type: 'not-found',
  title: 'Not found',
  detail: 'This is for readers of all offices.',
};

/** The reader is known and may not do this. */
export function forbidden(needs: Permission): ApiProblem {
  return {
    status: 403,
    type: 'not-permitted',
    title: 'Not permitted',
    detail: `This needs the permission "${needs}". An operator can give it.`,
    facts: { needs },
  };
}
