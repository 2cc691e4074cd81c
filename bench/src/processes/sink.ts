import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { answerCalls } from './calls.js';
import './probe.js';

/** A mail as it arrived. */
export interface SunkMail {
  to: string;
  /** The six digits in it, if any. */
  code: string | undefined;
  /** When it was taken, in milliseconds of the epoch. */
  at: number;
}

const END_OF_MAIL = '\r\n.\r\n';
const CODE = /\b\d{6}\b/;

let mails: SunkMail[] = [];
let delayMs = 0;

/**
 * A mail server that does no more than SMTP asks for: it shares its cores with what is measured, and in life it is elsewhere. It
 * answers a mail after `delay` milliseconds.
 */
const server = createServer((socket) => new Conversation(socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
answerCalls({
  port: () => (server.address() as AddressInfo).port,
  delay: (ms: number) => void (delayMs = ms),
  count: () => mails.length,
  mails: () => mails,
  forget: () => void (mails = []),
});

class Conversation {
  private buffer = '';
  private inMail = false;
  private to = '';

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => this.take(chunk));
    this.say('220 sink ESMTP');
  }

  private take(chunk: string): void {
    this.buffer += chunk;
    while (this.inMail ? this.mail() : this.command());
  }

  private command(): boolean {
    const end = this.buffer.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.buffer.slice(0, end);
    this.buffer = this.buffer.slice(end + 2);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'RCPT') this.to = /<(.*)>/.exec(line)?.[1] ?? '';
    if (verb === 'EHLO') this.say('250-sink\r\n250 PIPELINING');
    else if (verb === 'DATA') this.say('354 go on');
    else if (verb === 'QUIT') this.socket.end('221 bye\r\n');
    else this.say('250 ok');
    this.inMail = verb === 'DATA';
    return true;
  }

  private mail(): boolean {
    const end = this.buffer.indexOf(END_OF_MAIL);
    if (end < 0) return false;
    const body = this.buffer.slice(this.buffer.indexOf('\r\n\r\n'), end);
    this.buffer = this.buffer.slice(end + END_OF_MAIL.length);
    this.inMail = false;
    const { to } = this;
    const taken = () => {
      mails.push({ to, code: CODE.exec(body)?.[0], at: performance.timeOrigin + performance.now() });
      this.say('250 taken');
    };
    if (delayMs) setTimeout(taken, delayMs);
    else taken();
    return true;
  }

  private say(line: string): void {
    this.socket.write(`${line}\r\n`);
  }
}
