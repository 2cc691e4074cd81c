import { z } from 'zod';
import { maybe } from '../../maybe.js';
import { identityOf, instantOf, shapedAs, totpUri, type Format } from './format.js';
import { PersonRefused } from '../person-refused.js';

const user = z.looseObject({
  id: z.string(),
  email: maybe(z.string()),
  encrypted_password: maybe(z.string()),
  email_confirmed_at: maybe(z.string()),
  phone: maybe(z.string()),
  phone_confirmed_at: maybe(z.string()),
  banned_until: maybe(z.string()),
  deleted_at: maybe(z.string()),
  created_at: maybe(z.string()),
  is_anonymous: maybe(z.boolean()),
  identities: maybe(
    z.array(z.looseObject({ provider: z.string(), provider_id: maybe(z.string()), id: maybe(z.string()) })),
  ),
  factors: maybe(
    z.array(z.looseObject({ factor_type: z.string(), status: z.string(), secret: maybe(z.string()) })),
  ),
});
type User = z.infer<typeof user>;

const OWN = ['email', 'phone'];

/** Rows of `auth.users`, with `identities` and `factors` of the tables beside it where the query brings them (docs/operations/import.md). */
export const supabase: Format = {
  isDocument: false,
  person(value, context) {
    const given = shapedAs(user, value);
    if (given.is_anonymous) throw new PersonRefused('it is anonymous: nobody could sign in to it');
    if (given.deleted_at) throw new PersonRefused('it was deleted');
    return {
      externalId: given.id,
      email: given.email || undefined,
      emailVerified: given.email ? Boolean(given.email_confirmed_at) : undefined,
      // Without the plus sign, as the service writes it.
      phone: given.phone ? `+${given.phone.replace(/^\+/, '')}` : undefined,
      phoneVerified: given.phone ? Boolean(given.phone_confirmed_at) : undefined,
      passwordHash: given.encrypted_password || undefined,
      ...factorOf(given),
      identities: given.identities
        ?.filter(({ provider }) => !OWN.includes(provider))
        .flatMap(({ provider, provider_id, id }) => identityOf(provider, provider_id ?? id ?? '', context)),
      createdAt: instantOf(given.created_at),
      disabledAt: isBanned(given, context.now)
        ? (instantOf(given.created_at) ?? new Date(0).toISOString())
        : undefined,
    };
  },
};

/** A ban that ends by itself is one as well: whoever brings people along can wait for its end. */
function isBanned({ banned_until }: User, now: Date): boolean {
  const until = instantOf(banned_until);
  return until !== undefined && Date.parse(until) > now.getTime();
}

function factorOf({ factors }: User) {
  const verified = (factors ?? []).filter(({ status }) => status === 'verified');
  const [factor] = verified;
  if (!factor) return {};
  const secret = factor.factor_type === 'totp' ? factor.secret : undefined;
  if (!secret) throw new PersonRefused('secondFactor: it is none whose secret the export has');
  return { secondFactor: 'totp', authenticator: totpUri(secret) };
}
