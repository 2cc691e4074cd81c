import { expectDocumented } from './documented.js';
import { PASSWORD, type Service } from './test-app.js';

export interface YatAnswer {
  status: number;
  headers: Headers;
  body: {
    access_token: string;
    refresh_token: string;
    has_password?: boolean;
    requires_2fa?: string;
    message?: string;
    status?: string;
    error?: string;
    fields?: Record<string, { code: string; message: string }[]>;
    user?: Record<string, unknown>;
    scopes?: string[];
    secret?: string;
    qr_code_svg?: string;
    ga_secret?: string;
    ga_qr_code_svg?: string;
    backup_codes?: string[];
    phone_last_digits?: string;
  };
}

/** A client of the yat protocol: JSON in, JSON out, and the access token in the header. */
export class YatClient {
  constructor(private readonly app: Pick<Service, 'url'>) {}

  async send(path: string, init: RequestInit = {}): Promise<YatAnswer> {
    const response = await fetch(`${this.app.url}${path}`, { method: 'POST', ...init });
    const text = await response.text();
    const body = (text ? JSON.parse(text) : {}) as YatAnswer['body'];
    expectDocumented({ method: init.method ?? 'POST', path, status: response.status, body });
    return { status: response.status, headers: response.headers, body };
  }

  call(method: string, path: string, body?: unknown, accessToken?: string): Promise<YatAnswer> {
    return this.send(path, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(accessToken !== undefined && { Authorization: `Bearer ${accessToken}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  post(path: string, body?: unknown, accessToken?: string): Promise<YatAnswer> {
    return this.call('POST', path, body, accessToken);
  }

  signIn(email: string, password = PASSWORD): Promise<YatAnswer> {
    return this.post('/auth/token', { email, password });
  }

  refresh(refreshToken: string): Promise<YatAnswer> {
    return this.post('/auth/token/refresh', { refresh_token: refreshToken });
  }

  confirm(refreshToken: string, code: string): Promise<YatAnswer> {
    return this.post('/auth/2fa', { refresh_token: refreshToken, code });
  }

  account(accessToken: string): Promise<YatAnswer> {
    return this.call('GET', '/account', undefined, accessToken);
  }
}

/** What a token says, without checking it. */
export function claimsOf(accessToken: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(accessToken.split('.')[1] as string, 'base64url').toString()) as Record<
    string,
    unknown
  >;
}
