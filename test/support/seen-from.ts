import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestApp } from './test-app.js';

/** The networks from which a test calls: each is a proxy that the service trusts, so that every client can be anywhere. */
export class Networks {
  private readonly proxies: Server[] = [];

  /** The service, which has to be started with `BEHIND_PROXIES`, as somebody at this address reaches it. */
  async at(app: TestApp, address: string): Promise<TestApp> {
    const { port } = new URL(app.url);
    const proxy = createServer((incoming, outgoing) => {
      const { method, url: path } = incoming;
      const headers = { ...incoming.headers, 'x-forwarded-for': address };
      const passed = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    });
    this.proxies.push(proxy);
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    return Object.create(app, { url: { value: url } }) as TestApp;
  }

  stop(): void {
    for (const proxy of this.proxies) {
      proxy.closeAllConnections();
      proxy.close();
    }
  }
}

export const BEHIND_PROXIES = { TRUSTED_PROXIES: 'loopback' };
