import { expectDocumented } from './documented.js';
import { PASSWORD, type Service } from './test-app.js';

export interface NavixyAnswer {
  status: number;
  headers: Headers;
  body: {
    success: boolean;
    hash: string;
    type?: string;
    factor_type?: string;
    status?: { code: number; description: string };
    errors?: { parameter: string; error: string }[];
    timeout?: string;
    remainder?: string;
    user_info?: Record<string, unknown>;
  };
}

/** A client of the navixy protocol: JSON, and the hash in the header. */
export class NavixyClient {
  constructor(private readonly app: Pick<Service, 'url'> & Partial<Service>) {}

  async send(path: string, init: RequestInit = {}): Promise<NavixyAnswer> {
    const { status, headers, ...response } = await answered(
      fetch(`${this.app.url}${path}`, { method: 'POST', ...init }),
    );
    const body = response.body as NavixyAnswer['body'];
    const documented = (path.split('?')[0] as string)
      .replace(/^\/(?:api-v2|v2\/fsm|v2|fsm)(?=\/)/i, '')
      .replace(/\/$/, '');
    // Below a base, the path of another family is none of this one's.
    if (documented.startsWith('/user') && init.method !== 'DELETE')
      expectDocumented({ method: 'POST', path: documented, status, body });
    return { status, headers, body };
  }

  post(
    path: string,
    body?: unknown,
    hash?: string,
    headers: Record<string, string> = {},
  ): Promise<NavixyAnswer> {
    return this.send(path, {
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(hash !== undefined && { Authorization: `NVX ${hash}` }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  signIn(login: string, password = PASSWORD, headers?: Record<string, string>): Promise<NavixyAnswer> {
    return this.post('/user/auth', { login, password }, undefined, headers);
  }

  verify(hash: string, code: string): Promise<NavixyAnswer> {
    return this.post('/user/auth/code/verify', { code }, hash);
  }

  resend(hash: string): Promise<NavixyAnswer> {
    return this.post('/user/auth/code/resend', undefined, hash);
  }

  /** Signs in as far as the code: the pending hash, and the code that was mailed. */
  async pending(email: string): Promise<{ hash: string; code: string }> {
    const { mailbox } = this.app;
    if (!mailbox) throw new Error('this service’s mailbox is not ours to read');
    const before = mailbox.count(email);
    const { hash } = (await this.signIn(email)).body;
    return { hash, code: await mailbox.code(email, before + 1) };
  }

  /** A session of an account with a mailed second factor. */
  async session(email: string): Promise<string> {
    const { hash, code } = await this.pending(email);
    return (await this.verify(hash, code)).body.hash;
  }
}

async function answered(
  sent: Promise<Response>,
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await sent;
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A six-digit code that is not this one. */
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
