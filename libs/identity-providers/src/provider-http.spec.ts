import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProviderHttp } from './provider-http.js';

const LIMIT_BYTES = 256 * 1024;

describe('the way out to providers', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let answer: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (asked = []));
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const ask = (to = url, http = new ProviderHttp()) => http.fetch(to, { method: 'GET' });
  const unreachable = (code: string) => expect.objectContaining({ reason: 'unreachable', code });

  it.each([200, 400, 401, 403])('hands over an answer of status %i', async (status) => {
    answer = (_request, response) => response.writeHead(status, { 'x-kind': 'json' }).end('{"a":1}');
    const given = await ask();
    expect([given.status, given.headers.get('x-kind'), await given.json()]).toEqual([
      status,
      'json',
      { a: 1 },
    ]);
  });

  it.each([201, 204, 404, 429, 500, 503])('takes a status of %i for no answer', async (status) => {
    answer = (_request, response) => response.writeHead(status).end();
    await expect(ask()).rejects.toEqual(unreachable(`HTTP ${status}`));
  });

  it('follows no redirect', async () => {
    answer = (_request, response) => response.writeHead(307, { location: `${url}/elsewhere` }).end();
    await expect(ask(`${url}/here`)).rejects.toEqual(unreachable('HTTP 307'));
    expect(asked).toEqual(['/here']);
  });

  it('reads an answer up to a length that no provider needs, and none beyond it', async () => {
    answer = ({ url: path = '' }, response) => response.end(Buffer.alloc(Number(path.slice(1)), 'x'));
    expect((await (await ask(`${url}/${LIMIT_BYTES}`)).text()).length).toBe(LIMIT_BYTES);
    await expect(ask(`${url}/${LIMIT_BYTES + 1}`)).rejects.toEqual(unreachable('answer too long'));
  });

  it('waits no longer than it may for a server that says nothing, or does not come to an end', async () => {
    const hasty = new ProviderHttp(50);
    answer = () => undefined;
    await expect(ask(url, hasty)).rejects.toEqual(unreachable('TimeoutError'));
    answer = (_request, response) => response.writeHead(200).write('{');
    await expect(ask(url, hasty)).rejects.toEqual(unreachable('TimeoutError'));
  });

  it('says why a server cannot be reached, without its address', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    await expect(ask(`http://127.0.0.1:${port}`)).rejects.toEqual(unreachable('ECONNREFUSED'));
  });
});
