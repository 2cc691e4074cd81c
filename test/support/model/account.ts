import type { SecondFactor } from '@app/accounts';
import type { WachtClient } from '../wacht-client.js';
import type { SoftwareKey } from '../software-authenticator.js';
import { WHAT_ENDS, type Event } from './what-ends.js';

export type Proof = 'pwd' | 'email' | 'sms' | 'otp' | 'pop';

/** What opens the account from some moment on, until `endsAt` or until it is `over`, for the reason that stands there. */
export interface Thing {
  endsAt: number;
  over?: string;
}

/** A token of yat: the chain of its refresh tokens, and the access token that came with the newest. */
export interface Yat {
  protocol: 'yat';
  chain: string[];
  rotatedAt: number;
  access: string;
  accessEndsAt: number;
}

/** What the client of a session holds, by protocol. */
export type Held =
  | { protocol: 'navixy'; hash: string }
  | { protocol: 'docspace'; token: string }
  | { protocol: 'wacht'; client: WachtClient; attempt: string }
  | Yat
  | { protocol: 'dfns'; jwt: string };
export type Protocol = Held['protocol'];

export interface Session extends Thing {
  held: Held;
  stage: 'pending' | 'signed_in';
  /** The first of them began it. */
  provenBy: Proof[];
  signedInAt: number;
  /** When the second factor was last shown; never: -Infinity. */
  markedAt: number;
}

export type Purpose =
  | 'sign_in'
  | 'second_factor'
  | 'factor_setup'
  | 'magic_link'
  | 'password_reset'
  | 'sign_in_key'
  | 'recovery'
  | 'recovery_proof';

export interface Attempt extends Thing {
  purpose: Purpose;
  kind: 'code' | 'link' | 'totp' | 'challenge';
  method: Proof;
  secret: string;
  tries: number;
  protocol: Protocol;
  session?: Session;
  /** The browser, and the attempt in it, that it was asked for in. */
  browser?: { client: WachtClient; attempt: string; endsAt: number };
}

export interface FactorSetup extends Thing {
  factor: 'sms' | 'totp';
  secret?: string;
  phone?: string;
  backupCodes?: string[];
}

/** One account as docs/security/what-ends-when.md says it has to be, in the plainest code there is. */
export class Account {
  id = '';
  password: string | undefined;
  formerPasswords: string[] = [];
  activated = true;
  disabled = false;
  /** Whether it is to be deleted, and is open again when it is restored. */
  deleting = false;
  reopens = false;
  factor: SecondFactor = 'none';
  /** The authenticator, with the last of its steps that was taken. */
  authenticator: { secret: string; lastStep: number } | undefined;
  phone: string | undefined;
  phoneSignsIn = false;
  setup: FactorSetup | undefined;
  /** Undefined: it has none, not even used ones. */
  backupCodes: string[] | undefined;
  formerBackupCodes: string[] = [];
  keys: { key: SoftwareKey; recoveryKey: SoftwareKey } | undefined;
  formerKeys: SoftwareKey[] = [];
  readonly sessions: Session[] = [];
  readonly attempts: Attempt[] = [];

  constructor(
    readonly email: string,
    /** The number that it has whenever it has one. */
    readonly ownPhone: string,
    readonly now: () => number,
  ) {}

  isLive(thing: Thing): boolean {
    return thing.over === undefined && this.now() < thing.endsAt;
  }

  live(stage: Session['stage']): Session[] {
    return this.sessions.filter((session) => session.stage === stage && this.isLive(session));
  }

  /** `own`: the session that does it; `by`: the kind of factor that it is about. */
  happens(event: Event, { own, by }: { own?: Session; by?: Proof } = {}): void {
    const { sessions, attempts } = WHAT_ENDS[event];
    const ends = {
      all: () => true,
      waiting: ({ stage }: Session) => stage === 'pending',
      // One that waits for a second factor has not shown it, though its first one may have been of the same kind.
      'lacking it': ({ stage, provenBy }: Session) =>
        stage === 'pending' || by === undefined || !provenBy.includes(by),
    }[sessions];
    for (const session of this.sessions) if (session !== own && ends(session)) session.over ??= event;
    for (const attempt of this.attempts)
      if (attempts === 'all' || attempt.purpose !== 'sign_in_key') attempt.over ??= event;
  }

  changesPassword(password: string | undefined): void {
    if (this.password !== undefined) this.formerPasswords.push(this.password);
    this.password = password;
  }

  /** Sign-ins ask for this factor from now on; a phone that was there for the one before alone goes with it. */
  asksFor(factor: SecondFactor): void {
    if (factor !== 'sms' && this.factor === 'sms' && !this.phoneSignsIn) this.phone = undefined;
    this.factor = factor;
  }

  forgetsFactor(): void {
    this.authenticator = undefined;
    this.setup = undefined;
    this.hasBackupCodes(undefined);
  }

  hasBackupCodes(codes: string[] | undefined): void {
    this.formerBackupCodes.push(...(this.backupCodes ?? []));
    this.backupCodes = codes;
  }

  begins(held: Held, stage: Session['stage'], life: number, ...provenBy: Proof[]): Session {
    const signedInAt = stage === 'signed_in' ? this.now() : -Infinity;
    const session = { held, stage, provenBy, signedInAt, markedAt: -Infinity, endsAt: this.now() + life };
    this.sessions.push(session);
    return session;
  }

  opens(attempt: Omit<Attempt, 'tries' | 'endsAt'> & { life: number }): Attempt {
    const { life, ...rest } = attempt;
    const opened = { tries: attempt.kind === 'link' ? 1 : 10, ...rest, endsAt: this.now() + life };
    this.attempts.push(opened);
    return opened;
  }

  /** A guess at the newest attempt of those; the attempt, if it was right. */
  guesses(of: (attempt: Attempt) => boolean, right: (attempt: Attempt) => boolean): Attempt | undefined {
    const target = this.attempts.findLast(of);
    if (!target || !this.isLive(target)) return undefined;
    if (!right(target)) {
      target.tries -= 1;
      if (target.tries === 0) target.over = 'exhausted';
      return undefined;
    }
    for (const other of this.attempts)
      if (other.purpose === target.purpose) other.over ??= 'another was right';
    target.over = 'used';
    return target;
  }
}
