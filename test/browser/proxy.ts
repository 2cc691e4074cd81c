import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/**
 * By which a browser reaches the service under any name, over plain HTTP; it keeps the headers of every form that was sent. A service that is
 * to know this address at its start is named later.
 */
export async function serveProxy(
  named: string | (() => string),
): Promise<{ url: string; forms: IncomingHttpHeaders[]; server: Server }> {
  const forms: IncomingHttpHeaders[] = [];
  const server = createServer((asked, answer) => {
    const { method, headers } = asked;
    const service = typeof named === 'string' ? named : named();
    if (method === 'POST') forms.push(headers);
    const { pathname, search } = new URL(asked.url ?? '/', service);
    asked.pipe(
      request(`${service}${pathname}${search}`, { method, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, forms, server };
}
