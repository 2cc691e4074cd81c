import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How the way to a server fails. `hangs`: nothing arrives, and nobody says so; `resets`: whoever connects is thrown out. */
export type Way = 'open' | 'hangs' | 'resets';

/** The way to a server, which can be lost as networks lose it. */
export class TcpProxy {
  private way: Way = 'open';
  private readonly clients = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** The server's URL, by this way. */
    readonly url: string,
  ) {}

  static async start(serverUrl: string): Promise<TcpProxy> {
    const target = new URL(serverUrl);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(serverUrl);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new TcpProxy(server, url.href);
    server.on('connection', (client: Socket) => proxy.take(client, target));
    return proxy;
  }

  /** From now on the way is like this, for those that are connected too. A way that opens again has forgotten them. */
  become(way: Way): void {
    this.way = way;
    if (way !== 'hangs') this.forget();
  }

  async stop(): Promise<void> {
    this.forget();
    await new Promise((closed) => this.server.close(closed));
  }

  private forget(): void {
    for (const client of this.clients) client.resetAndDestroy();
    this.clients.clear();
  }

  private take(client: Socket, target: URL): void {
    client.on('error', () => undefined);
    if (this.way === 'resets') return void client.resetAndDestroy();
    this.clients.add(client);
    const server = connect(Number(target.port), target.hostname);
    server.on('error', () => undefined);
    const pass = (to: Socket) => (chunk: Buffer) => void (this.way === 'open' && to.write(chunk));
    client.on('data', pass(server));
    server.on('data', pass(client));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }
}
