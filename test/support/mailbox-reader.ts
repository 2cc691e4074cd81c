import { until } from './until.js';

/** What a message with a code has, and a notice has not. */
export const CODE = /\b\d{6}\b/;
export const LONG_CODE = /\b\d{4}(?:-\d{4}){3}\b/;

/** Waits for what somebody is sent. */
export abstract class MailboxReader<Message extends { text: string }> {
  /** Newest first. */
  abstract messages(to: string): Message[];

  count(to: string): number {
    return this.messages(to).length;
  }

  /** The newest message to an address, once there are `count` of them. */
  async newest(to: string, count = 1): Promise<Message> {
    await until(() => this.count(to) >= count, `message ${count} to ${to}`);
    return this.messages(to)[0] as Message;
  }

  /** The code in that message. One that tells something and has no code may come before it. */
  async code(to: string, count = 1, kind = CODE): Promise<string> {
    const newest = async () => kind.exec((await this.newest(to, count)).text)?.[0] ?? '';
    await until(async () => (await newest()) !== '', `a message with a code to ${to}`);
    return newest();
  }

  /**
   * What `send` answers, the message that it leads to and that has what is looked for, and what was found: the first group of the
   * pattern, or all of it. What else they are told may come meanwhile. Nothing is waited for when it answers false: it has sent nothing.
   */
  async sentBy<Answer>(
    to: string,
    pattern: RegExp,
    send: () => Promise<Answer>,
  ): Promise<{ answer: Answer; text: string; found: string }> {
    const before = new Set(this.messages(to));
    const answer = await send();
    if (answer === false) return { answer, text: '', found: '' };
    const arrived = () => this.messages(to).find((each) => !before.has(each) && pattern.test(each.text));
    const status = (answer as { status?: number } | undefined)?.status ?? 'not at all';
    await until(
      () => arrived() !== undefined,
      () =>
        `a message with ${pattern} to ${to}, who got ${this.count(to)}, asked for and answered ${status},`,
    );
    const { text } = arrived() as Message;
    const match = pattern.exec(text);
    return { answer, text, found: match?.[1] ?? match?.[0] ?? '' };
  }
}
