import { expectDocumented } from './documented.js';
import type { TestApp } from './test-app.js';
import type { ServiceScope } from '@app/service-keys';

export interface AdminAnswer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** A program of the operator's, with a key of these scopes. */
export class AdminClient {
  private constructor(
    private readonly app: Pick<TestApp, 'url'>,
    readonly key: string,
    readonly name: string,
  ) {}

  static async of(app: TestApp, ...scopes: ServiceScope[]): Promise<AdminClient> {
    const name = `program-${app.operatorCall().nextId()}`;
    return new AdminClient(app, await app.serviceKey({ name, scopes }), name);
  }

  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<AdminAnswer<Body>> {
    const json: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await fetch(`${this.app.url}/admin${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, ...json, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text ? (JSON.parse(text) as Body) : ({} as Body);
    const { status } = response;
    const [stem = ''] = path.split('?');
    if (text) expectDocumented({ method, path: `/admin${stem}`, status, body: answer });
    return { status, headers: response.headers, body: answer };
  }
}
