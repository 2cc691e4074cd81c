import { expectDocumented } from './documented.js';
import { expectPublished } from './published-wacht.js';
import { PASSWORD, type Service } from './test-app.js';

export interface WachtSession {
  signin_attempts: {
    id: string;
    method: string;
    current_step?: string;
    completed: boolean;
    created_at: string;
  }[];
  signins: { id: string; user_id: string; created_at: string }[];
  signup_attempts: {
    id: string;
    email: string;
    username: string;
    current_step?: string;
    created_at: string;
  }[];
  active_signin: { id: string; user_id: string; created_at: string } | null;
}

export interface WachtAnswer {
  status: number;
  headers: Headers;
  body: {
    status: number;
    message: string;
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each call has data of its own
    data: any;
    session: WachtSession;
    errors: { code: string; message: string }[];
  };
  /** The first complaint's code; undefined for a success. */
  code: string | undefined;
}

/** A browser with a client of the wacht protocol in it: keeps the cookie it is given. */
export class WachtClient {
  cookie: string | undefined;

  constructor(
    private readonly app: Service,
    private readonly headers: Record<string, string> = {},
  ) {}

  async send(path: string, init: RequestInit = {}): Promise<WachtAnswer> {
    const headers = new Headers({ ...this.headers, ...(this.cookie && { Cookie: this.cookie }) });
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    const response = await fetch(`${this.app.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      ...init,
      headers,
    });
    const text = await response.text();
    this.keep(response.headers);
    const body = (text ? JSON.parse(text) : undefined) as WachtAnswer['body'];
    if (body) {
      const { method = 'POST' } = init;
      const bare = path.split('?')[0] as string;
      expectDocumented({ method, path: bare, status: response.status, body });
      if (body.session) expectPublished(method, bare, body);
    }
    return { status: response.status, headers: response.headers, body, code: body?.errors?.[0]?.code };
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<WachtAnswer> {
    const given = body !== undefined;
    return this.send(path, {
      headers: { ...(given && { 'Content-Type': 'application/json' }), ...headers },
      body: given ? JSON.stringify(body) : undefined,
    });
  }

  get(path: string): Promise<WachtAnswer> {
    return this.send(path, { method: 'GET' });
  }

  /** The same browser once more, as it is now: what it is given from now on is its own. */
  copy(): WachtClient {
    const copy = new WachtClient(this.app, this.headers);
    copy.cookie = this.cookie;
    return copy;
  }

  session(): Promise<WachtAnswer> {
    return this.get('/session');
  }

  async signIn(request: Record<string, unknown>): Promise<{ answer: WachtAnswer; id: string }> {
    const answer = await this.post('/auth/signin', request);
    return { answer, id: answer.body.session.signin_attempts.at(-1)?.id as string };
  }

  signInWithPassword(email: string, password = PASSWORD): Promise<{ answer: WachtAnswer; id: string }> {
    return this.signIn({ strategy: 'plain_email', email, password });
  }

  async signUp(request: Record<string, unknown>): Promise<{ answer: WachtAnswer; id: string }> {
    const answer = await this.post('/auth/signup', request);
    return { answer, id: answer.body.session.signup_attempts.at(-1)?.id as string };
  }

  prepare(signin_attempt_id: string, method = 'email'): Promise<WachtAnswer> {
    return this.post('/auth/prepare-verification', { signin_attempt_id, method });
  }

  prepareSignUp(signup_attempt_id: string, method = 'email'): Promise<WachtAnswer> {
    return this.post('/auth/prepare-verification', { signup_attempt_id, method });
  }

  verify(signin_attempt_id: string, code: string): Promise<WachtAnswer> {
    return this.post('/auth/attempt-verification', { signin_attempt_id, code });
  }

  verifySignUp(signup_attempt_id: string, code: string): Promise<WachtAnswer> {
    return this.post('/auth/attempt-verification', { signup_attempt_id, code });
  }

  /** An attempt by mailed code, as far as the code. */
  async begun(email: string): Promise<{ id: string; code: string }> {
    const { id } = await this.signIn({ strategy: 'email_otp', email });
    const before = this.app.mailbox.count(email);
    await this.prepare(id);
    return { id, code: await this.app.mailbox.code(email, before + 1) };
  }

  /** Signed in by mailed code. */
  async signedIn(email: string): Promise<WachtAnswer> {
    const { id, code } = await this.begun(email);
    return this.verify(id, code);
  }

  private keep(headers: Headers): void {
    const cookie = headers.getSetCookie().at(-1);
    if (cookie) this.cookie = cookie.split(';')[0];
  }
}
