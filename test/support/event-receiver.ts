import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, string | null>;
}

/** The operator's receiver of events: really POSTed to, and checked by the library of Standard Webhooks, which is none of ours. */
export class EventReceiver {
  /** What was signed rightly, with the secret of this receiver. */
  received: ReceivedEvent[] = [];
  refused: string[] = [];
  /** The status that it answers with; null: never. */
  answer: number | null = 204;

  private constructor(
    private readonly server: Server,
    private readonly secret: string,
  ) {
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        this.take(request.headers as Record<string, string>, body);
        if (this.answer !== null) response.writeHead(this.answer).end();
      });
    });
  }

  static async start(secret: string): Promise<EventReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new EventReceiver(server, secret);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/events`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(headers: Record<string, string>, body: string): void {
    try {
      const event = new Webhook(this.secret).verify(body, headers) as Omit<ReceivedEvent, 'id'>;
      this.received.push({ ...event, id: headers['webhook-id'] as string });
    } catch (error) {
      this.refused.push((error as Error).message);
    }
  }
}
