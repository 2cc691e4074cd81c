import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** The system that people come from: asked over HTTP, and checking signatures by the library of Standard Webhooks. */
export class MigrationSource {
  static readonly SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

  /** Whom it was asked for, with a signature that is right. */
  readonly asked: { kind: string; name: string }[] = [];
  unsigned = 0;
  /** What it answers for a name, or with which status alone; null: never. */
  readonly people = new Map<string, object | string | number | null>();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const name = this.nameIn(request.headers as Record<string, string>, body);
        const answer = this.people.has(name) ? this.people.get(name) : 404;
        if (answer === null) return;
        if (typeof answer === 'number') response.writeHead(answer).end();
        else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      });
    });
  }

  static async start(): Promise<MigrationSource> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MigrationSource(server);
  }

  get environment(): { MIGRATION_URL: string; MIGRATION_SECRET: string } {
    const { port } = this.server.address() as AddressInfo;
    return { MIGRATION_URL: `http://127.0.0.1:${port}/people`, MIGRATION_SECRET: MigrationSource.SECRET };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private nameIn(headers: Record<string, string>, body: string): string {
    try {
      new Webhook(MigrationSource.SECRET).verify(body, headers);
      const { data } = JSON.parse(body) as { data: { kind: string; name: string } };
      this.asked.push(data);
      return data.name;
    } catch {
      this.unsigned += 1;
      return '';
    }
  }
}
