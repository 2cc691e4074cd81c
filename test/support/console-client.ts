import { OperatorsService, type Role } from '@app/operators';
import { Authenticator } from './authenticator.js';
import type { TestApp } from './test-app.js';

export const OPERATOR_PASSWORD = 'neun Elefanten backen Zimtsterne';

/** What a page of the console was answered with. */
export interface Seen {
  status: number;
  location: string | null;
  headers: Headers;
  text: string;
}

/** An operator with a browser: cookies are kept, and forms are sent as they stand on the page. */
export class ConsoleClient {
  email = '';
  authenticator: Authenticator;
  private cookie = '';

  constructor(
    private readonly app: TestApp,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** The link of an invitation, as `operator invite` prints it. */
  static async invited(app: TestApp, role: Role = 'support'): Promise<{ email: string; path: string }> {
    const email = app.given.email();
    const sent = await app.nest.get(OperatorsService).invite(app.operatorCall(), email, role);
    const { pathname, search } = new URL(sent?.link ?? '');
    return { email, path: pathname + search };
  }

  /** An operator who has answered the invitation and is signed in by that. */
  static async of(app: TestApp, role: Role = 'support'): Promise<ConsoleClient> {
    const client = new ConsoleClient(app);
    const { email, path } = await ConsoleClient.invited(app, role);
    client.email = email;
    const answered = await client.answer(path);
    if (answered.status !== 303) throw new Error(`not set up: ${answered.status} ${answered.text}`);
    return client;
  }

  /** Answers an invitation, with what is asked for unless `change` says otherwise. */
  async answer(path: string, change: Record<string, string> = {}): Promise<Seen> {
    const page = await this.get(path);
    const secret = /<code>([A-Z2-7]+)<\/code>/.exec(page.text)?.[1] ?? '';
    if (secret) this.authenticator = new Authenticator(this.app, secret);
    const code = secret && this.authenticator.code();
    return this.submit('/console/invitation', page, { password: OPERATOR_PASSWORD, code, ...change });
  }

  /** Signs in with a code that was not used yet. */
  async signIn(change: Record<string, string> = {}): Promise<Seen> {
    this.app.clock.advanceSeconds(30);
    const code = this.authenticator.code();
    return this.post('/console/sign-in', { email: this.email, password: OPERATOR_PASSWORD, code, ...change });
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    return this.fetch(path, { headers });
  }

  /** The form of the page that leads to `action`, with its hidden fields. */
  async submit(action: string, page: Seen, fields: Record<string, string> = {}): Promise<Seen> {
    const form = formOf(page.text, action);
    if (!form) throw new Error(`no form leads to ${action}`);
    return this.post(action, { ...form, ...fields });
  }

  /** Whatever is given, and nothing else. */
  async post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    return this.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  get token(): string {
    return this.cookie.split('=')[1] ?? '';
  }

  /** As if it were another browser that has this cookie. */
  carry(cookie: string): void {
    this.cookie = cookie;
  }

  private async fetch(path: string, init: RequestInit): Promise<Seen> {
    const response = await fetch(this.app.url + path, {
      redirect: 'manual',
      ...init,
      headers: {
        Accept: 'text/html',
        ...(this.cookie && { Cookie: this.cookie }),
        ...this.headers,
        ...(init.headers as Record<string, string>),
      },
    });
    for (const given of response.headers.getSetCookie()) this.keep(given);
    const { status, headers } = response;
    return { status, headers, location: headers.get('location'), text: await response.text() };
  }

  private keep(given: string): void {
    const [pair = ''] = given.split(';');
    if (pair.includes('operator=')) this.cookie = pair.endsWith('=') ? '' : pair;
  }
}

/** The hidden fields of the form that leads to `action`; undefined: there is none. */
export function formOf(html: string, action: string): Record<string, string> | undefined {
  const form = html.split('<form ').find((part) => part.includes(`action="${action}"`));
  const inside = form?.split('</form>')[0];
  if (inside === undefined) return undefined;
  const hidden = inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...hidden].map(([, name, value]) => [name, value]));
}
