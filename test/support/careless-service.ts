import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Beyond what a case takes for noise, on a machine that has much else to do. */
const SLOW_MS = 1600;

/** A service that does wrong whatever an attack looks for: a case that sees nothing here sees nothing anywhere. */
export class CarelessService {
  private readonly pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly people = new Set<string>();
  private readonly sessions = new Set<string>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<CarelessService> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CarelessService(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const { pathname, searchParams } = new URL(request.url?.replace(/^\/+/, '/') ?? '/', this.url);
    response.setHeader('X-Powered-By', 'Careless 1.0');
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
    const away = [...searchParams.values()].find((value) => value.startsWith('https://attacker'));
    if (away) response.setHeader('Location', away);
    if (body.startsWith('"""')) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (body.includes('\\u0000')) response.statusCode = 500;
    const answer = this.answerOf(pathname, body, request, response);
    response.end(request.method === 'TRACE' ? JSON.stringify(request.headers) : JSON.stringify(answer));
  }

  private answerOf(path: string, body: string, request: IncomingMessage, response: ServerResponse): object {
    const cookie = /(?:asc_auth_key|__session)=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    if (path === '/users') return this.register(body);
    if (path === '/.well-known/jwks.json')
      return { keys: [{ ...this.pair.privateKey.export({ format: 'jwk' }), kid: 'k' }] };
    if (path.endsWith('/logout')) this.sessions.delete(cookie ?? '');
    else if (path === '/session') response.setHeader('Set-Cookie', `__session=${cookie ?? 'same'}`);
    else if (path === '/api/2.0/authentication' && request.method === 'POST') {
      this.sessions.add(cookie ?? 'chosen');
      response.setHeader('Set-Cookie', `asc_auth_key=${cookie ?? 'chosen'}`);
    } else if (path === '/api/2.0/authentication') return { response: this.sessions.has(cookie ?? '') };
    const who = /attack-\w+@attack\.invalid/.exec(body)?.[0];
    return { known: who !== undefined && this.people.has(who), user_id: cookie };
  }

  private register(body: string): object {
    this.people.add(/attack-\w+@attack\.invalid/.exec(body)?.[0] ?? '');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'ES256', kid: 'k' })}.${part({ sub: 'somebody' })}`;
    const signature = sign('sha256', Buffer.from(text), {
      key: this.pair.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    return { access_token: `${text}.${signature.toString('base64url')}`, refresh_token: 'refresh' };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
