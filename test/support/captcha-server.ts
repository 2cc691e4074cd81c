import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Plays `siteverify`: the answer `good` is good. */
export class CaptchaServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** The questions, as they came. */
    readonly asked: Record<string, string>[],
  ) {}

  static async start(): Promise<CaptchaServer> {
    const asked: Record<string, string>[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const question = Object.fromEntries(new URLSearchParams(body));
        asked.push(question);
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ success: question['response'] === 'good' }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new CaptchaServer(server, `http://127.0.0.1:${port}/siteverify`, asked);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
