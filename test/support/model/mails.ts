import type { Provider, Providers } from '../../../libs/delivery/src/senders/sender.js';

const SENT = { outcome: 'sent' } as const;
const LIMIT_MS = 10_000;
const HANDS = 10;

type Waiting = { to: string; pattern: RegExp; found: (text: string) => void };

/** In the place of a mail server and a text service: hands what is sent to whoever waits for it. */
export class Mails {
  private waiting: Waiting[] = [];

  readonly providers: Providers = {
    email: [{ channel: 'email', ...this.provider() }],
    sms: [{ channel: 'sms', ...this.provider() }],
  };

  /** What the pattern finds in the next message to this address that has it; `cause` leads to the message. */
  async sentBy<Answer>(
    to: string,
    pattern: RegExp,
    cause: () => Promise<Answer>,
  ): Promise<{ answer: Answer; found: string }> {
    const arrived = this.next(to, pattern);
    arrived.catch(() => undefined);
    const answer = await cause();
    return { answer, found: await arrived };
  }

  private next(to: string, pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no message with ${pattern} came to ${to}`)), LIMIT_MS);
      const found = (text: string) => {
        clearTimeout(late);
        resolve(text);
      };
      this.waiting.push({ to, pattern, found });
    });
  }

  private provider(): Omit<Provider, 'channel'> {
    return { name: 'test', hands: HANDS, sender: { send: (message) => this.take(message) } };
  }

  private take({ to, text }: { to: string; text: string }): Promise<typeof SENT> {
    const one = this.waiting.find((each) => each.to === to && each.pattern.test(text));
    if (one) {
      this.waiting = this.waiting.filter((each) => each !== one);
      const match = one.pattern.exec(text);
      one.found(match?.[1] ?? match?.[0] ?? '');
    }
    return Promise.resolve(SENT);
  }
}
