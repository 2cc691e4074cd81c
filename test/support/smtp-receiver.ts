import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** One mail as a server on the other side sees it. */
export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and body as sent, before any decoding. */
  raw: string;
  /** Whether the connection was encrypted. */
  secure: boolean;
  /** Who had signed in on it, if anybody. */
  user?: string;
}

export interface SmtpReceiverOptions {
  /** `implicit` from the first byte, `starttls` on request, under a certificate nobody should trust. Default: none. */
  tls?: 'implicit' | 'starttls';
  /** The credentials without which no mail is taken. */
  login?: { user: string; password: string };
  /** Default: any free one. */
  port?: number;
}

/** A mail server for tests: really spoken to over SMTP, and as unhelpful as a test wants it. */
export class SmtpReceiver {
  readonly received: ReceivedMail[] = [];
  connections = 0;
  /** The SMTP code with which a recipient is refused; undefined accepts. */
  refuseRecipient: (address: string) => number | undefined = () => undefined;
  /** Awaited when a mail has arrived in full and before that is acknowledged; a number is the code it is refused with. */
  onMail: (mail: ReceivedMail) => Promise<number | void> | number | void = () => undefined;

  private readonly server: SMTPServer;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  private constructor(private readonly options: SmtpReceiverOptions) {
    const { tls, login } = options;
    this.server = new SMTPServer({
      logger: false as never,
      secure: tls === 'implicit',
      disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
      authOptional: !login,
      disableReverseLookup: true,
      closeTimeout: 50,
      onConnect: (_session, done) => {
        this.connections += 1;
        done();
      },
      onAuth: ({ username, password }, _session, done) =>
        username === login?.user && password === login?.password
          ? done(null, { user: username })
          : done(new Error('wrong credentials')),
      onRcptTo: ({ address }, _session, done) => done(refusal(this.refuseRecipient(address))),
      onData: (stream, session, done) => void this.take(stream, session).then(done, done),
    });
    this.server.on('error', () => undefined);
    this.server.server.on('connection', (socket: Socket) => this.sockets.add(socket));
  }

  static async start(options: SmtpReceiverOptions = {}): Promise<SmtpReceiver> {
    const receiver = new SmtpReceiver(options);
    const listening = receiver.server.listen(options.port ?? 0, '0.0.0.0');
    await once(listening, 'listening');
    receiver.port = (listening.address() as AddressInfo).port;
    return receiver;
  }

  /** `host`: an address of this machine; `0.0.0.0` reaches it too, and does not look like loopback. */
  url(host = '127.0.0.1', query = ''): string {
    const { tls, login } = this.options;
    const credentials = login
      ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`
      : '';
    return `smtp${tls === 'implicit' ? 's' : ''}://${credentials}${host}:${this.port}/${query}`;
  }

  /** The recipients of what was received, one entry for each mail. */
  get recipients(): string[] {
    return this.received.map(({ to }) => to.join());
  }

  /** From now on no mail is acknowledged until `release` is called. `mails`: how many have come as far as that. */
  hold(): { mails: number; release(): void } {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const held = { mails: 0, release };
    this.onMail = () => {
      held.mails += 1;
      return gate;
    };
    return held;
  }

  /** Ends every open connection without a word, as servers and firewalls do with idle ones. */
  disconnect(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    const { mailFrom, rcptTo } = session.envelope;
    const mail = {
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
      raw: await text(stream),
      secure: session.secure,
      user: session.user as string | undefined,
    };
    const code = await this.onMail(mail);
    if (!code) this.received.push(mail);
    return refusal(code);
  }
}

function refusal(responseCode: number | void): Error | null {
  return responseCode ? Object.assign(new Error('refused by the test'), { responseCode }) : null;
}
