import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drain } from './serve.js';

describe('drain', () => {
  it('returns when the request in flight is answered, although its connection is kept alive', async () => {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const agent = new Agent({ keepAlive: true });
    const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent });
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];

    let drained = false;
    const draining = drain(server).then(() => (drained = true));
    await new Promise(setImmediate);
    expect(drained).toBe(false);
    response.end('answered');
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await draining;
    agent.destroy();
  });

  it('returns at once for a server that never listened', async () => {
    await expect(drain(createServer())).resolves.toBeUndefined();
  });
});
