import { once } from 'node:events';
import { connect } from 'node:net';

/** A request as it goes over the wire: made before the clock runs, and with whatever a proper client would not send. */
export interface RawRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Latin-1, as HTTP has it. */
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Sends it over a connection of its own and answers the status; 0 when there was none. */
export async function sendRaw(url: string, request: RawRequest): Promise<number> {
  const { hostname, port, host } = new URL(url);
  const body = Buffer.from(request.body ?? '');
  const headers = {
    Host: host,
    Connection: 'close',
    'Content-Length': String(body.length),
    ...request.headers,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(port), hostname);
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  // The service may close the connection while it is still being sent to.
  socket.on('error', () => {});
  socket.write(
    Buffer.concat([
      Buffer.from(`${request.method} ${request.path} HTTP/1.1\r\n${head.join('')}\r\n`, 'latin1'),
      body,
    ]),
  );
  await once(socket, 'close');
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(Buffer.concat(answer).toString('latin1'))?.[1] ?? 0);
}
