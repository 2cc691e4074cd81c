import { randomBytes } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Skipped } from './case.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  cookies: string[];
  text: string;
  milliseconds: number;
}

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** A refusal for too many requests is the answer that is asked for: do not wait and ask again. */
  impatient?: boolean;
}

export interface TargetOptions {
  /** An account of yours without a second factor, for the cases that have to sign in. */
  account?: { email: string; password: string };
  /** Whether the service is reached as strangers reach it. Default: unless its address is this machine's own. */
  outside?: boolean;
  /** Whether strangers reach it by HTTPS. Default: as the URL says. */
  secure?: boolean;
  /** Paths that strangers are meant to see. */
  intended?: string[];
  /** How many requests a flood has at most: four times what a protocol allows in a minute, unless it was configured otherwise. */
  flood?: number;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const TIMEOUT_MS = 15_000;
const LONGEST_WAIT_SECONDS = 61;

/** The installation that is tried, as anybody can reach it. Follows no redirect. */
export class Target {
  readonly url: URL;
  readonly secure: boolean;
  readonly outside: boolean;
  readonly account: TargetOptions['account'];
  readonly intended: string[];
  readonly flood: number;
  private readonly agent: HttpAgent | HttpsAgent;
  private cookie: Promise<Record<string, string>> | undefined;
  private throwAway: Promise<{ email: string; token: string; refreshToken: string }> | undefined;

  constructor(url: string, { account, outside, secure, intended = [], flood = 1200 }: TargetOptions = {}) {
    this.url = new URL(url);
    this.secure = secure ?? this.url.protocol === 'https:';
    this.outside = outside ?? !LOOPBACK.test(this.url.hostname);
    this.account = account;
    this.intended = intended;
    this.flood = flood;
    this.agent = this.byTls
      ? new HttpsAgent({ keepAlive: true, maxSockets: 50 })
      : new HttpAgent({ keepAlive: true, maxSockets: 50 });
  }

  close(): void {
    this.agent.destroy();
  }

  private get byTls(): boolean {
    return this.url.protocol === 'https:';
  }

  /** Waits once when the service says to: what came before must not decide what a case sees. */
  async ask(path: string, question: Question = {}): Promise<Answer> {
    const answer = await this.once(path, question);
    const seconds = Number(answer.headers['retry-after']);
    if (answer.status !== 429 || question.impatient || !(seconds <= LONGEST_WAIT_SECONDS)) return answer;
    await sleep(seconds * 1000);
    return this.once(path, question);
  }

  post(path: string, body: unknown, question: Question = {}): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', ...question.headers };
    return this.ask(path, { method: 'POST', ...question, headers, body: JSON.stringify(body) });
  }

  /** A name that nobody has. */
  nobody(): string {
    return `attack-${randomBytes(8).toString('hex')}@attack.invalid`;
  }

  /** Somebody of no importance, registered once a run: nobody reads mail at this address. */
  person(): Promise<{ email: string; token: string; refreshToken: string }> {
    return (this.throwAway ??= this.register());
  }

  /** What a browser of wacht sends after its first call: without it, each call would be the first of another browser. */
  browser(): Promise<Record<string, string>> {
    return (this.cookie ??= this.firstCookie());
  }

  /** The account that was given for this. */
  owner(): { email: string; password: string } {
    if (!this.account) throw new Skipped('needs an account of yours: --account');
    return this.account;
  }

  private async register(): Promise<{ email: string; token: string; refreshToken: string }> {
    const email = this.nobody();
    const answer = await this.post('/users', { email, password: randomBytes(18).toString('base64url') });
    const tokens = jsonOf(answer);
    if (typeof tokens['access_token'] !== 'string')
      throw new Skipped(`nobody can be registered (${answer.status})`);
    return { email, token: tokens['access_token'], refreshToken: String(tokens['refresh_token']) };
  }

  private async firstCookie(): Promise<Record<string, string>> {
    const [first = ''] = (await this.ask('/session')).cookies;
    const [pair = ''] = first.split(';');
    return pair ? { Cookie: pair } : {};
  }

  private once(path: string, { method = 'GET', headers = {}, body }: Question): Promise<Answer> {
    const send = this.byTls ? httpsRequest : httpRequest;
    const { protocol, hostname, port } = this.url;
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const options = {
        protocol,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method,
        agent: this.agent,
      };
      const sent = send({ ...options, headers: { ...length, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            cookies: response.headers['set-cookie'] ?? [],
            text: Buffer.concat(chunks).toString(),
            milliseconds: performance.now() - began,
          }),
        );
      });
      sent.setTimeout(TIMEOUT_MS, () =>
        sent.destroy(new Error(`${method} ${path}: no answer in ${TIMEOUT_MS / 1000} s`)),
      );
      sent.on('error', (error) => reject(new Error(`${method} ${path}: ${error.message}`)));
      sent.end(body);
    });
  }
}

/** What an answer says, when that is a JSON object; nothing otherwise. */
export function jsonOf({ text }: Answer): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
