import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTHeaderParameters } from 'jose';
import type Provider from 'oidc-provider';
import { openProvider } from './identity-provider-setup.js';

/** A client that is registered with the provider. */
export interface ProviderClient {
  id: string;
  secret: string;
  redirectUri: string;
  /** Where else the browser may come back to. */
  callbacks?: string[];
}
export const OUR_CLIENT: ProviderClient = {
  id: 'countersign',
  secret: 'secret of our client: 1/2 + 50%',
  redirectUri: 'https://app.example.com/signed-in?from=provider',
  callbacks: ['http://localhost:3000/auth/sso/callback'],
};
/** Somebody else's app at the same provider. */
export const OTHER_CLIENT: ProviderClient = {
  id: 'other-app',
  secret: 'secret-of-the-other-app',
  redirectUri: 'https://other.example.net/callback',
};

/** What the provider knows of a person: `email`, `email_verified` and whatever else it says. */
export type Person = Record<string, unknown> & { sub: string };
/** A key other than the provider's, and what the header says otherwise. */
export type SignedWith = Partial<JWTHeaderParameters> & { key?: CryptoKey | Uint8Array };
export interface ProviderTokens {
  access_token: string;
  id_token: string;
}

/** Where a provider's document is. */
export const DOCUMENT = '/.well-known/openid-configuration';
const KEY_ID = 'provider-key';

/** A real OpenID Connect provider on a port of its own. Its time is the system's. */
export class IdentityProviderServer {
  readonly people = new Map<string, Person>();
  /** `GET /.well-known/openid-configuration` …, as they came. */
  readonly requests: string[] = [];
  /** By path: answers in place of the provider, until it is taken out. */
  readonly instead = new Map<string, RequestListener>();

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
    private readonly provider: Provider,
    /** The key that signs ID tokens: whoever has it is the provider. */
    readonly privateKey: CryptoKey,
    readonly publicKey: CryptoKey,
  ) {}

  /** `callbacks`: where else browsers come back to with our client. */
  static async start(callbacks: string[] = []): Promise<IdentityProviderServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
    const find = (sub: string) => started.people.get(sub);
    const ours = { ...OUR_CLIENT, callbacks: [...(OUR_CLIENT.callbacks ?? []), ...callbacks] };
    const provider = await openProvider({ issuer, key, clients: [ours, OTHER_CLIENT], find });
    const started = new IdentityProviderServer(server, issuer, provider, privateKey, publicKey);
    started.serve();
    return started;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The configuration with this provider, under the name `test`, and our client there. */
  environment(changes: object = {}): { OIDC_PROVIDERS: string } {
    const { id: clientId, secret: clientSecret, redirectUri } = OUR_CLIENT;
    const entry = { name: 'test', issuer: this.issuer, clientId, clientSecret, redirectUri, ...changes };
    return { OIDC_PROVIDERS: JSON.stringify([entry]) };
  }

  /** Answers a path in place of the provider. */
  answer(path: string, body: unknown, status = 200): void {
    this.instead.set(path, (_request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  /** Its document with some of it changed. */
  async changeDocument(changes: object): Promise<void> {
    const document = (await (await fetch(this.issuer + DOCUMENT)).json()) as object;
    this.answer(DOCUMENT, { ...document, ...changes });
  }

  /** How often a path was asked for. */
  asked(path: string): number {
    return this.requests.filter((request) => request.endsWith(` ${path}`)).length;
  }

  /** The code that the client is sent back with when this person has signed in and agreed. */
  async authorize(
    sub: string,
    client = OUR_CLIENT,
    parameters: Record<string, string> = {},
  ): Promise<string> {
    const query = new URLSearchParams({
      client_id: client.id,
      redirect_uri: client.redirectUri,
      response_type: 'code',
      scope: 'openid email',
      login_hint: sub,
      ...parameters,
    });
    const back = await this.follow(`${this.issuer}/auth?${query}`, client.redirectUri);
    const code = back.searchParams.get('code');
    if (!code) throw new Error(`the provider gave no code: ${back.search}`);
    return code;
  }

  /** Where a browser comes back to that was sent to this address, when this person has signed in and agreed. */
  back(authorizationUrl: string, sub: string): Promise<URL> {
    const url = new URL(authorizationUrl);
    url.searchParams.set('login_hint', sub);
    return this.follow(url.href, String(url.searchParams.get('redirect_uri')));
  }

  /** What the client itself gets for such a code. */
  async tokens(
    sub: string,
    client = OUR_CLIENT,
    parameters: Record<string, string> = {},
  ): Promise<ProviderTokens> {
    const { id, secret, redirectUri: redirect_uri } = client;
    const code = await this.authorize(sub, client, parameters);
    const credentials = [id, secret].map(encodeURIComponent).join(':');
    const answer = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
    });
    if (!answer.ok) throw new Error(`the provider gave no tokens: ${await answer.text()}`);
    return (await answer.json()) as ProviderTokens;
  }

  /** An ID token for our client as of a time, with some of it changed, under the provider's key or another. */
  async idToken(
    sub: string,
    at: Date,
    changes: object = {},
    { key = this.privateKey, ...header }: SignedWith = {},
  ): Promise<string> {
    return new SignJWT({ ...this.claims(sub, at), ...changes })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID, ...header })
      .sign(key);
  }

  /** What such a token says. */
  claims(sub: string, at: Date): Person {
    const iat = Math.floor(at.getTime() / 1000);
    return { sub, ...this.people.get(sub), iss: this.issuer, aud: OUR_CLIENT.id, iat, exp: iat + 900 };
  }

  /** Redirects and cookies, as a browser handles them, until the client's own address. */
  private async follow(from: string, until: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let url = from;
    for (let hops = 0; hops < 10 && !url.startsWith(until); hops += 1) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const set of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        cookies.set(name, value);
      }
      const location = answer.headers.get('location');
      if (!location)
        throw new Error(`the provider stopped at ${url}: ${answer.status} ${await answer.text()}`);
      url = new URL(location, url).href;
    }
    return new URL(url);
  }

  private serve(): void {
    const real = this.provider.callback();
    this.server.on('request', (request, response) => {
      const [path = ''] = (request.url ?? '').split('?');
      this.requests.push(`${request.method} ${path}`);
      void (this.instead.get(path) ?? real)(request, response);
    });
  }
}
