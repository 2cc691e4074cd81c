import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const SECRET = 'a secret of the gateway';
const SIGNATURE = /^t=(\d+),v1=([\da-f]{64})$/;

/** One text as a gateway on the other side sees it. */
export interface ReceivedText {
  path?: string;
  headers: IncomingHttpHeaders;
  /** As sent, before it is parsed. */
  body: string;
}

/** The operator's gateway for texts: really POSTed to over HTTP, and as unhelpful as a test wants it. */
export class SmsReceiver {
  /** What came, refused or not. */
  received: ReceivedText[] = [];
  /** What it answers, once a text has arrived in full. */
  answer = accept;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        this.received.push({ path: request.url, headers: request.headers, body });
        this.answer(response);
      });
    });
  }

  /** `port`: the one of a gateway that was stopped, to come back there; any free one otherwise. */
  static async start(port = 0): Promise<SmsReceiver> {
    const server = createServer();
    const receiver = new SmsReceiver(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  url(path = '/texts'): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** The variables of a service that sends its texts here. */
  get environment(): { SMS_WEBHOOK_URL: string; SMS_WEBHOOK_SECRET: string } {
    return { SMS_WEBHOOK_URL: this.url(), SMS_WEBHOOK_SECRET: SECRET };
  }

  /** Forgets what came, and accepts again. */
  reset(): void {
    this.received = [];
    this.answer = accept;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** When the service signed this text, in Unix seconds; undefined for a signature that is not its own, or not of this body. */
export function signedAt({ headers, body }: ReceivedText): number | undefined {
  const [, seconds, signature] = SIGNATURE.exec(String(headers['countersign-signature'])) ?? [];
  const own = createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex');
  return signature === own ? Number(seconds) : undefined;
}

function accept(response: ServerResponse): void {
  response.writeHead(202).end();
}
