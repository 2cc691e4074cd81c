import { expectDocumented } from './documented.js';
import { LONG_CODE } from './mailbox-reader.js';
import { isPublishedRequest, isPublishedResponse, PUBLISHED_PATH } from './published-dfns.js';
import type { TestApp } from './test-app.js';

export interface DfnsAnswer<Body = DfnsBody> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface DfnsBody {
  message?: string;
  token?: string;
  error?: {
    id: string;
    status: number;
    message: string;
    details: { parameters?: { parameter: string; error: string }[] };
  };
  [property: string]: unknown;
}

/** A client of the dfns protocol: JSON, and a bearer token where there is one. */
export class DfnsClient {
  constructor(private readonly app: TestApp) {}

  async send(path: string, init: RequestInit = {}): Promise<DfnsAnswer> {
    const response = await fetch(`${this.app.url}${path}`, { method: 'POST', ...init });
    const body = (await response.json()) as DfnsBody;
    expectDocumented({ method: init.method ?? 'POST', path, status: response.status, body });
    return { status: response.status, headers: response.headers, body };
  }

  async call(method: string, path: string, body?: unknown, token?: string): Promise<DfnsAnswer> {
    const answer = await this.send(path, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (method === 'POST' && path === PUBLISHED_PATH) assertPublished(body, answer);
    return answer;
  }

  post(path: string, body?: unknown, token?: string): Promise<DfnsAnswer> {
    return this.call('POST', path, body, token);
  }

  recoveryCode(
    username: string,
    organisation: { orgId?: string; tenantId?: string } = {},
  ): Promise<DfnsAnswer> {
    return this.post('/auth/recover/user/code', { username, ...organisation });
  }

  recoveryInit(username: string, verificationCode: string, credentialId = 'none'): Promise<DfnsAnswer> {
    return this.post('/auth/recover/user/init', { username, verificationCode, credentialId });
  }

  /** Asks for a code and reads it from the mail. */
  async mailedCode(username: string, email = username, path = '/auth/recover/user/code'): Promise<string> {
    const before = this.app.mailbox.count(email);
    await this.post(path, { username });
    return this.codeIn(email, before + 1);
  }

  /** The code in the newest mail, once there are `count` of them. */
  codeIn(email: string, count: number): Promise<string> {
    return this.app.mailbox.code(email, count, LONG_CODE);
  }
}

/** Every call and answer of every test agrees with the published description. */
function assertPublished(body: unknown, { status, body: answer }: DfnsAnswer): void {
  if (status === 200) expect([isPublishedRequest(body), isPublishedResponse(answer)]).toEqual([true, true]);
  if (status === 400 && isPublishedRequest(body))
    throw new Error(`refused, but allowed: ${JSON.stringify(body)}`);
}

/** A code of 16 digits that is not this one. */
export function otherCodeThan(code: string): string {
  return `${(Number(code.slice(0, 4)) + 1) % 10_000}`.padStart(4, '0') + code.slice(4);
}
