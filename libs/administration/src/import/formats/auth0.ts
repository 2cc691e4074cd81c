import { z } from 'zod';
import { maybe } from '../../maybe.js';
import { identityOf, instantOf, shapedAs, type Format } from './format.js';

/** As MongoDB writes an instant, or as a text. */
const instant = maybe(z.union([z.string(), z.looseObject({ $date: z.union([z.string(), z.number()]) })]));

const user = z.looseObject({
  user_id: z.string(),
  email: maybe(z.string()),
  email_verified: maybe(z.boolean()),
  username: maybe(z.string()),
  phone_number: maybe(z.string()),
  phone_verified: maybe(z.boolean()),
  given_name: maybe(z.string()),
  family_name: maybe(z.string()),
  created_at: instant,
  blocked: maybe(z.boolean()),
  identities: maybe(
    z.array(z.looseObject({ provider: z.string(), user_id: z.union([z.string(), z.number()]) })),
  ),
});

/** A line of the export of password hashes, which Auth0 sends when it is asked for it. */
export const auth0Hash = z.looseObject({
  _id: z.looseObject({ $oid: z.string() }),
  passwordHash: z.string(),
});

/** Its own ways of signing in. */
const OWN = ['auth0', 'email', 'sms'];

/** The users export (NDJSON). The hashes are in a file of their own, by the id behind `auth0|`. */
export const auth0: Format = {
  isDocument: false,
  person(value, context) {
    const given = shapedAs(user, value);
    const id = given.user_id.startsWith('auth0|') ? given.user_id.slice('auth0|'.length) : undefined;
    const createdAt = instantOf(timeOf(given.created_at));
    return {
      externalId: given.user_id,
      username: given.username,
      email: given.email,
      emailVerified: given.email === undefined ? undefined : given.email_verified === true,
      phone: given.phone_number,
      phoneVerified: given.phone_number === undefined ? undefined : given.phone_verified === true,
      firstName: given.given_name || undefined,
      lastName: given.family_name || undefined,
      passwordHash: id === undefined ? undefined : context.passwordHashOf?.(id),
      identities: given.identities
        ?.filter(({ provider }) => !OWN.includes(provider))
        .flatMap(({ provider, user_id }) => identityOf(provider, String(user_id), context)),
      createdAt,
      disabledAt: given.blocked ? (createdAt ?? new Date(0).toISOString()) : undefined,
    };
  },
};

function timeOf(given: z.infer<typeof instant>): string | number | undefined {
  return typeof given === 'object' && given !== null ? given.$date : (given ?? undefined);
}
