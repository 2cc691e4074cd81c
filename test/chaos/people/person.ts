import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../journal.js';
import type { Chance } from '../stage/chance.js';
import type { Stage } from '../stage/stage.js';

/** Longer than anything is away: who gives up earlier does not know what still happens to the call. */
const PATIENCE_MS = 30_000;
const MAIL_PATIENCE_MS = 60_000;

export interface Answer extends Call {
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each call has data of its own
  body: any;
}

export interface Question {
  body?: unknown;
  headers?: Record<string, string>;
  method?: string;
}

export const isFine = ({ status }: Pick<Call, 'status'>) => status !== undefined && status < 300;
/** Whether the answer leaves open what was done: there is none, or it is about the service. */
export const isOpen = ({ status }: Pick<Call, 'status'>) => status === undefined || status >= 500;

/** Somebody with a mailbox and an address of their own, and a client that notes what it sees. */
export class Person {
  constructor(
    readonly stage: Stage,
    readonly email: string,
    readonly address: string,
    readonly chance: Chance,
  ) {}

  get journal() {
    return this.stage.journal;
  }

  /** One call to any of the replicas that the load balancer knows; never repeated by itself. */
  async call(
    protocol: string,
    path: string,
    { body, headers, method = 'POST' }: Question = {},
  ): Promise<Answer> {
    const { replicas } = this.stage;
    const taken = replicas.filter((each) => each.taken);
    const replica = this.chance.of(taken.length ? taken : replicas);
    const begun = { from: Date.now(), replica: replica.number, name: `${protocol} ${path}` };
    const init = {
      method,
      redirect: 'manual' as const,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        'X-Forwarded-For': this.address,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    };
    const answer = await answered(`${replica.url}${path}`, init);
    const call = { ...begun, to: Date.now(), status: answer?.status };
    this.journal.call(call);
    return { ...call, headers: answer?.headers ?? new Headers(), body: answer?.body };
  }

  /** A call that may be made as often as it takes: until there is an answer about it. */
  async untilAnswered(ask: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await ask();
      if (!isOpen(answer) && answer.status !== 429) return answer;
      await pause(200 + 300 * this.chance.next());
    }
  }

  /** A call that promises a mail when it is answered. The n-th mail is waited for, and what the pattern finds in it. */
  async mailed(
    count: number,
    pattern: RegExp,
    ask: () => Promise<Answer>,
  ): Promise<{ answer: Answer; found?: string }> {
    const answer = await ask();
    this.asked(answer);
    if (!isFine(answer)) return { answer };
    for (const deadline = Date.now() + MAIL_PATIENCE_MS; Date.now() < deadline; await pause(50)) {
      const mail = this.stage.mails.to(this.email)[count - 1];
      const match = mail === undefined ? null : pattern.exec(mail);
      if (match) return { answer, found: match[1] ?? match[0] };
    }
    return { answer };
  }

  /** Notes a call whose success promises a mail. `sure`: whether this answer says that there was one. */
  asked(answer: Answer, sure = isFine(answer)): void {
    if (isFine(answer) || isOpen(answer))
      this.journal.tell(answer, { kind: 'asked', mailbox: this.email, sure });
  }

  /**
   * Offers a secret that is good once, sometimes to several replicas at the same time. Answers the call that was accepted, if any was
   * and its answer came.
   */
  async redeem(code: string, offer: () => Promise<Answer>): Promise<Answer | undefined> {
    const times = this.chance.in(60) ? 3 : 1;
    const answers = await Promise.all(Array.from({ length: times }, offer));
    for (const answer of answers)
      if (isFine(answer) || isOpen(answer))
        this.journal.tell(answer, { kind: 'redeemed', code: `${this.email} ${code}`, sure: isFine(answer) });
    return answers.find(isFine);
  }

  /** Whether a session is good, noted; asked until there is an answer about it. */
  async look(
    session: string,
    ask: () => Promise<Answer>,
    isGood: (answer: Answer) => boolean = isFine,
  ): Promise<void> {
    const answer = await this.untilAnswered(ask);
    this.journal.tell(answer, { kind: 'seen', session, good: isGood(answer) });
  }

  begun(session: string, answer: Answer): void {
    this.journal.tell(answer, { kind: 'begun', session, sure: true });
  }

  /** Ends a session, noted. */
  async end(session: string, ask: () => Promise<Answer>): Promise<void> {
    const answer = await ask();
    if (isFine(answer) || isOpen(answer))
      this.journal.tell(answer, { kind: 'ended', session, sure: isFine(answer) });
  }
}

async function answered(
  url: string,
  init: RequestInit,
): Promise<{ status: number; headers: Headers; body: unknown } | undefined> {
  try {
    const { status, headers, ...response } = await fetch(url, init).then(async (each) => ({
      status: each.status,
      headers: each.headers,
      text: await each.text(),
    }));
    return { status, headers, body: parsed(response.text) };
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
