import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '@app/config';
import { StartUpError } from './start-up-error.js';

/** Begins to answer; returns the address to open in a browser. */
export async function listen(app: NestExpressApplication, { http }: Config): Promise<string> {
  const server: Server = app.getHttpServer();
  await app.init();
  await app.listen(http.port, http.host).catch((error: NodeJS.ErrnoException) => {
    const problem = PROBLEMS[error.code ?? ''] ?? error.message;
    throw new StartUpError(`Countersign cannot listen on ${http.host}:${http.port}: ${problem}.`, {
      cause: error,
    });
  });
  return browserUrl(http.host, (server.address() as AddressInfo).port);
}

const PROBLEMS: Record<string, string> = {
  EADDRINUSE: 'another program does, choose another PORT',
  EACCES: 'that takes more rights, choose a PORT from 1024',
  EADDRNOTAVAIL: 'HOST is not an address of this machine',
  ENOTFOUND: 'HOST is not known',
};

function browserUrl(host: string, port: number): string {
  if (['127.0.0.1', '0.0.0.0', '::1', '::'].includes(host)) return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Takes no new connection, and returns when the requests in flight are answered. */
export async function drain(server: Server): Promise<void> {
  // A connection kept alive for its next request would hold the server open for a minute after its answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(sweep);
}
