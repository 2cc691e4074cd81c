import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import type Provider from 'oidc-provider';
import type { Configuration, JWK as ProviderKey } from 'oidc-provider';
import type { Person, ProviderClient } from './identity-provider.js';

export interface ProviderSetup {
  issuer: string;
  key: JWK;
  clients: ProviderClient[];
  find: (sub: string) => Person | undefined;
}

/** `oidc-provider` with a sign-in page that believes `login_hint`, and agrees to everything. */
export async function openProvider(setup: ProviderSetup): Promise<Provider> {
  const provider = await withoutNotices(async () => {
    const { default: OidcProvider } = await import('oidc-provider');
    return new OidcProvider(setup.issuer, configurationOf(setup));
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const { params } = await provider.interactionDetails(ctx.req, ctx.res);
    const login = { accountId: String(params['login_hint']) };
    await provider.interactionFinished(ctx.req, ctx.res, { login });
    ctx.respond = false;
  });
  return provider;
}

function configurationOf({ key, clients, find }: ProviderSetup): Configuration {
  return {
    clients: clients.map(({ id, secret, redirectUri, callbacks = [] }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [redirectUri, ...callbacks],
    })),
    jwks: { keys: [key as ProviderKey] },
    cookies: { keys: [randomUUID()] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_ctx, sub) => {
      const person = find(sub);
      return person && { accountId: sub, claims: () => person };
    },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope('openid email');
      grant.addOIDCClaims(['email', 'email_verified']);
      await grant.save();
      return grant;
    },
    renderError: (ctx, { error, error_description: description }) => {
      ctx.body = `${error} ${description ?? ''}`;
    },
    pkce: { required: () => false },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 60,
      Session: 60,
      Grant: 3600,
    },
  };
}

/** The provider's words about its own set-up (in memory, an older Node) say nothing to who reads the tests. */
async function withoutNotices<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...words: unknown[]) =>
    String(words[0]).startsWith('oidc-provider WARNING') ? undefined : warn(...words);
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}
