import { z } from 'zod';

const text = z
  .string({ error: 'must be a text that is not empty' })
  .min(1, 'must be a text that is not empty');

const parsed = (value: string) => (URL.canParse(value) ? new URL(value) : undefined);

/**
 * As in the provider's own document. With query or fragment it can be no issuer; and with the address of that document
 * in its place nobody would compare the two.
 */
function isIssuer(value: string): boolean {
  const url = parsed(value);
  if (!url || !['https:', 'http:'].includes(url.protocol)) return false;
  return !/[?#]/.test(value) && !url.username && !url.password && !url.pathname.includes('/.well-known/');
}

const provider = z.strictObject(
  {
    name: z
      .string({ error: 'must be a text' })
      .regex(/^[a-z0-9_-]{1,32}$/i, 'must be 1 to 32 letters, digits, - and _')
      .refine((name) => name.toLowerCase() !== 'email', { error: 'must not be "email"' }),
    issuer: z.string({ error: 'must be a URL' }).refine(isIssuer, {
      error:
        'must be the issuer, a URL that begins with https:// or http://, without query, fragment and /.well-known/',
    }),
    clientId: text,
    clientSecret: text.optional(),
    /** The one of the authorization request, which the client made: without it a code cannot be redeemed. */
    redirectUri: z
      .string({ error: 'must be a URI' })
      .refine((value) => parsed(value) && !value.includes('#'), {
        error: 'must be an absolute URI without fragment',
      })
      .optional(),
    /** Other clients of ours at this provider (apps), whose tokens are as good as those for `clientId`. */
    audiences: z.array(text, { error: 'must be a list of texts' }).default([]),
    /** Whether an address that the provider has verified says whose account it is. */
    linkByEmail: z.boolean({ error: 'must be true or false' }).default(true),
  },
  {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' ? `has no field ${(keys as string[]).join(', ')}` : 'must be an object',
  },
);

export type IdentityProviderConfig = Readonly<z.output<typeof provider>>;

const providers = z
  .array(provider, { error: 'must be a JSON array of objects' })
  .superRefine((entries, context) => {
    const names = entries.map(({ name }) => name.toLowerCase());
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: 'must differ from the names before it',
      });
    });
  });

/** Where in the array: `[0].issuer`. */
const place = (path: PropertyKey[]) =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');

function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** A JSON array of providers; what is wrong is said by index and field. */
export const identityProviders = z.string().transform((value, context): readonly IdentityProviderConfig[] => {
  const { data, error } = providers.safeParse(jsonOf(value));
  for (const { path, message } of error?.issues ?? [])
    context.addIssue({ code: 'custom', message: `${place(path)} ${message}`.trim() });
  for (const entry of data ?? []) Object.freeze(Object.freeze(entry).audiences);
  return Object.freeze(data ?? []);
});

/** The fields in which production refuses plain http: codes, tokens and the client's secret travel there. */
export function plainHttpFields(value: string): string[] {
  const given = providers.safeParse(jsonOf(value)).data ?? [];
  return given.flatMap(({ issuer, redirectUri }, index) => [
    ...(parsed(issuer)?.protocol === 'http:' ? [`[${index}].issuer`] : []),
    ...(redirectUri && parsed(redirectUri)?.protocol === 'http:' ? [`[${index}].redirectUri`] : []),
  ]);
}
