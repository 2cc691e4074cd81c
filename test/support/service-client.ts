import { expectDocumented } from './documented.js';
import type { Service } from './test-app.js';

export interface Introspection {
  active: boolean;
  sub?: string;
  sid?: string;
  protocol?: string;
  amr?: string[];
  acr?: string;
  auth_time?: number;
  iat?: number;
  exp?: number;
  iss?: string;
  aud?: string;
  scope?: string;
  token_type?: string;
  error?: string;
  error_description?: string;
}

/** A service behind this one. */
export class ServiceClient {
  constructor(
    private readonly app: Pick<Service, 'url'>,
    private readonly key?: string,
  ) {}

  async send(init: RequestInit, query = '') {
    const response = await fetch(`${this.app.url}/introspect${query}`, { method: 'POST', ...init });
    const text = await response.text();
    const body = JSON.parse(text) as Introspection;
    const { status, headers } = response;
    expectDocumented({ method: 'POST', path: '/introspect', status, body });
    return { status, headers, text, body };
  }

  introspect(token: string, headers: Record<string, string> = {}) {
    const own = this.key !== undefined && { Authorization: `Bearer ${this.key}` };
    return this.send({ headers: { ...own, ...headers }, body: new URLSearchParams({ token }) });
  }

  async isActive(token: string): Promise<boolean> {
    return (await this.introspect(token)).body.active;
  }
}
