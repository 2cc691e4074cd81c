import { expectDocumented } from './documented.js';
import { PASSWORD, type Service } from './test-app.js';

export interface DocspaceAnswer<Content = Record<string, string | boolean | undefined>> {
  status: number;
  headers: Headers;
  /** Name and value of each cookie that was set, and the names of those that were taken away. */
  cookies: Record<string, string>;
  cleared: string[];
  body: {
    response: Content;
    count: number;
    links: { href: string; action: string }[];
    status: number;
    statusCode: number;
    error?: { message: string; type: string; hresult: number };
  };
}

const BASE = '/api/2.0';

/** A client of the docspace protocol. */
export class DocspaceClient {
  constructor(private readonly app: Pick<Service, 'url'>) {}

  async send<Content>(
    method: string,
    path: string,
    init: RequestInit = {},
  ): Promise<DocspaceAnswer<Content>> {
    const response = await fetch(`${this.app.url}${BASE}${path}`, { method, ...init });
    const text = await response.text();
    const body = JSON.parse(text) as DocspaceAnswer<Content>['body'];
    const { status, headers } = response;
    const [documented = ''] = `${BASE}${path}`.replace(/\.json(?=\?|$)/i, '').split('?');
    expectDocumented({ method, path: documented, status, body });
    return { status, headers, ...cookiesOf(headers), body };
  }

  call<Content = DocspaceAnswer['body']['response']>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<DocspaceAnswer<Content>> {
    return this.send<Content>(method, path, {
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  signIn(userName: string, password = PASSWORD, more: object = {}): Promise<DocspaceAnswer> {
    return this.call('POST', '/authentication', { userName, password, ...more });
  }

  verify(userName: string, code: string, more: object = {}): Promise<DocspaceAnswer> {
    return this.call('POST', '/authentication/0', { userName, password: PASSWORD, code, ...more });
  }

  /** Whether a token is good. */
  async isGood(headers: Record<string, string>): Promise<boolean> {
    return (await this.call<boolean>('GET', '/authentication', undefined, headers)).body.response;
  }

  authorized<Content>(
    method: string,
    path: string,
    token: string,
    body?: unknown,
  ): Promise<DocspaceAnswer<Content>> {
    return this.call<Content>(method, path, body, { Authorization: token });
  }
}

function cookiesOf(headers: Headers): Pick<DocspaceAnswer, 'cookies' | 'cleared'> {
  const pairs = headers.getSetCookie().map((cookie) => /^([^=]+)=([^;]*)/.exec(cookie) ?? []);
  const named = pairs.map(([, name = '', value = '']) => [name, value] as const);
  return {
    cookies: Object.fromEntries(named.filter(([, value]) => value)),
    cleared: named.filter(([, value]) => !value).map(([name]) => name),
  };
}
