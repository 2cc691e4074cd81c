/** One call as its client saw it. Times are milliseconds since 1970. */
export interface Call {
  from: number;
  to: number;
  replica: number;
  /** Protocol and path. */
  name: string;
  /** Undefined: there was no answer. */
  status: number | undefined;
}

/**
 * What a client knows. `sure`: it was told so by an answer; otherwise the call had none, or one that says nothing of what was done, and
 * it may have been done. `since`: when the call was sent, `at`: when its answer was there.
 */
export type Fact = { since: number; at: number } & (
  | { kind: 'redeemed'; code: string; sure: boolean }
  | { kind: 'begun'; session: string; sure: boolean }
  | { kind: 'ended'; session: string; sure: boolean }
  | { kind: 'seen'; session: string; good: boolean }
  | { kind: 'turned'; session: string; token: string; successor: string }
  | { kind: 'asked'; mailbox: string; sure: boolean }
  | { kind: 'guessed'; subject: string }
  | { kind: 'counted'; address: string }
);

type Told<F> = F extends unknown ? Omit<F, 'since' | 'at'> : never;

/** What all clients of a run have seen. */
export class Journal {
  readonly calls: Call[] = [];
  readonly facts: Fact[] = [];

  call(call: Call): void {
    this.calls.push(call);
  }

  /** Something that the answer to a call told, or leaves open. */
  tell({ from, to }: Pick<Call, 'from' | 'to'>, fact: Told<Fact>): void {
    this.facts.push({ since: from, at: to, ...fact });
  }
}

/** A time in which something was taken away. */
export interface Outage {
  what: 'database' | 'mail' | 'replica' | 'keys' | 'migration';
  /** In which way, for a reader. */
  how: string;
  from: number;
  /** When it was back. */
  to: number;
  /** Which replica, of that kind. */
  replica?: number;
  /** The request limits begin anew: their table was emptied, or another key finds their rows. */
  forgetsLimits?: boolean;
}

export interface CaughtMail {
  at: number;
  mailbox: string;
  messageId: string;
}

/** What stands in the database when all is over. */
export interface Remains {
  /** How many sessions were ever signed in, by mailbox of their account. */
  sessions: Record<string, number>;
  /** Messages that are neither sent nor given up. */
  queued: number;
  /** Attempts with more wrong tries than they bear. */
  overtried: number;
  /** Live sessions that share what makes them found. */
  doubles: number;
  /** Wrong codes that an account has spent, beyond what it bears. */
  overspent: number;
}

/** All that a check may look at. */
export interface Evidence {
  calls: Call[];
  facts: Fact[];
  outages: Outage[];
  mails: CaughtMail[];
  remains: Remains;
  limits: { guesses: number; sends: number; requests: number; windowSeconds: number };
}

/** What a check has looked at, and what it found wrong: a sentence each. */
export interface Finding {
  looked: number;
  violations: string[];
}

export type Check = (evidence: Evidence) => Finding;

export type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

export function factsOf<Kind extends Fact['kind']>(
  { facts }: Pick<Evidence, 'facts'>,
  kind: Kind,
): FactOf<Kind>[] {
  return facts.filter((fact): fact is FactOf<Kind> => fact.kind === kind);
}

export function groupedBy<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
