import { z } from 'zod';
import { maybe } from '../../maybe.js';
import { PersonRefused } from '../person-refused.js';
import { identityOf, instantOf, shapedAs, type Format, type FormatContext } from './format.js';

const user = z.looseObject({
  localId: z.string(),
  email: maybe(z.string()),
  emailVerified: maybe(z.boolean()),
  passwordHash: maybe(z.string()),
  salt: maybe(z.string()),
  phoneNumber: maybe(z.string()),
  providerUserInfo: maybe(z.array(z.looseObject({ providerId: z.string(), rawId: maybe(z.string()) }))),
  mfaInfo: maybe(z.array(z.looseObject({ phoneInfo: maybe(z.string()) }))),
  createdAt: maybe(z.union([z.string(), z.number()])),
  disabled: maybe(z.boolean()),
});
type User = z.infer<typeof user>;

/** Ways of signing in to Firebase itself. */
const OWN = ['password', 'phone', 'emailLink'];

/** `firebase auth:export people.json --format=json`: `users` of the document. */
export const firebase: Format = {
  isDocument: true,
  person(value, context) {
    const given = shapedAs(user, value);
    const createdAt = instantOf(given.createdAt === undefined ? undefined : Number(given.createdAt));
    return {
      externalId: given.localId,
      email: given.email,
      emailVerified: given.email === undefined ? undefined : given.emailVerified === true,
      ...phoneOf(given),
      passwordHash: passwordHash(given, context),
      identities: given.providerUserInfo
        ?.filter(({ providerId }) => !OWN.includes(providerId))
        .flatMap(({ providerId, rawId }) => identityOf(providerId, rawId ?? '', context)),
      createdAt,
      disabledAt: given.disabled ? (createdAt ?? new Date(0).toISOString()) : undefined,
    };
  },
};

/** A phone that is there for the second factor alone signs nobody in. Its authenticators are exported without their secrets. */
function phoneOf({ phoneNumber, mfaInfo }: User) {
  const [factor] = mfaInfo ?? [];
  if (!factor) return { phone: phoneNumber, phoneVerified: phoneNumber === undefined ? undefined : true };
  if (factor.phoneInfo === undefined)
    throw new PersonRefused('secondFactor: the export has no secret of the authenticator');
  if (phoneNumber !== undefined && phoneNumber !== factor.phoneInfo)
    throw new PersonRefused('secondFactor: its phone is another one than the phone of the person');
  return { phone: factor.phoneInfo, phoneVerified: phoneNumber !== undefined, secondFactor: 'sms' };
}

function passwordHash({ passwordHash, salt }: User, { hashParameters }: FormatContext): string | undefined {
  if (!passwordHash) return undefined;
  if (!hashParameters)
    throw new PersonRefused(
      'passwordHash: it is good with the hash parameters of the project alone (--hash-config)',
    );
  const { signerKey, saltSeparator, rounds, memCost } = hashParameters;
  return `$firebase-scrypt$ln=${memCost},r=${rounds}$${salt ?? ''}$${saltSeparator}$${signerKey}$${passwordHash}`;
}
