import { generateSync } from 'otplib';
import { DfnsClient } from '../dfns-client.js';
import { DocspaceClient } from '../docspace-client.js';
import { CODE } from '../mailbox-reader.js';
import { NavixyClient } from '../navixy-client.js';
import type { TestApp } from '../test-app.js';
import { WachtClient } from '../wacht-client.js';
import { YatClient } from '../yat-client.js';
import type { Account, Attempt, Protocol, Session } from './account.js';
import type { Mails } from './mails.js';

const STEP_SECONDS = 30;

/** The service, and what its people use. */
export class Stage {
  /** How often what was used was taken and refused, by what it was. */
  readonly answers = new Map<string, { taken: number; refused: number }>();
  readonly navixy: NavixyClient;
  readonly docspace: DocspaceClient;
  readonly yat: YatClient;
  readonly dfns: DfnsClient;

  constructor(
    readonly app: TestApp,
    readonly mails: Mails,
  ) {
    this.navixy = new NavixyClient(app);
    this.docspace = new DocspaceClient(app);
    this.yat = new YatClient(app);
    this.dfns = new DfnsClient(app);
  }

  browser(): WachtClient {
    return new WachtClient(this.app);
  }
}

/** What a step leaves to chance, out of one number: the same number chooses the same. */
export class Chance {
  constructor(private state: number) {}

  of<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.next() * list.length)];
  }

  in(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  /** Mulberry32. */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Something that somebody does. */
export interface Step {
  name: string;
  /** How often among the others; 1 if not said. */
  weight?: number;
  /** Whether there is anything to be done by it. */
  when?(account: Account): boolean;
  run(play: Play, chance: Chance): Promise<void>;
}

/** One account and its model, side by side. */
export class Play {
  steps = 0;

  constructor(
    readonly account: Account,
    readonly stage: Stage,
  ) {}

  /** Fails unless the service did what the model says; `about`: what was used. */
  agree(what: string, did: boolean, should: boolean, about?: { over?: string }): void {
    const answers = this.stage.answers.get(what) ?? { taken: 0, refused: 0 };
    answers[did ? 'taken' : 'refused'] += 1;
    this.stage.answers.set(what, answers);
    if (did === should) return;
    const why = about?.over ? ` (over: ${about.over})` : '';
    throw new Error(`${what} was ${did ? 'taken' : 'refused'}, and should not have been${why}`);
  }

  pass(seconds: number): void {
    this.stage.app.clock.advanceSeconds(seconds);
  }

  /** A password: mostly the right one, otherwise one that was right before. */
  password(chance: Chance): { password: string; right: boolean } {
    const { password, formerPasswords } = this.account;
    const former = formerPasswords.length > 0 && (password === undefined || chance.in(25));
    if (!former && password !== undefined) return { password, right: true };
    return { password: chance.of(formerPasswords) ?? 'of nobody 1', right: false };
  }

  /** A code of the authenticator that was not used: waits for one, if need be. */
  freshTotp(secret: string, lastStep: number): string {
    while (this.totpStep() <= lastStep) this.pass(STEP_SECONDS);
    return generateSync({ secret, epoch: this.totpStep() * STEP_SECONDS });
  }

  totpStep(): number {
    return Math.floor(this.account.now() / STEP_SECONDS);
  }

  /** The step at which the code is one of this authenticator, now. */
  stepOf(secret: string, code: string): number | undefined {
    const now = this.totpStep();
    return [now, now - 1, now + 1].find(
      (step) => generateSync({ secret, epoch: step * STEP_SECONDS }) === code,
    );
  }

  /** What somebody types as the second factor: mostly right. `sent`: the code that was sent for this. */
  secondFactor(chance: Chance, sent: Attempt | undefined, backup = false): string {
    const { factor, authenticator, backupCodes, formerBackupCodes, attempts } = this.account;
    if (backup && chance.in(30))
      return chance.of(chance.in(70) ? (backupCodes ?? []) : formerBackupCodes) ?? 'aaaaaa';
    if (factor === 'totp' && authenticator && chance.in(90))
      return this.freshTotp(authenticator.secret, chance.in(90) ? authenticator.lastStep : 0);
    if (sent && chance.in(80)) return sent.secret;
    const codes = attempts.filter(({ kind }) => kind === 'code').map(({ secret }) => secret);
    return chance.of(codes.filter((code) => CODE.test(code) && code.length === 6)) ?? '000000';
  }

  /** Whether the model takes this code of the second factor in the place that `of` names. */
  takesSecond(code: string, of: (attempt: Attempt) => boolean): Attempt | undefined {
    const { account } = this;
    const { factor, authenticator, backupCodes } = account;
    const second = (attempt: Attempt) => attempt.purpose === 'second_factor' && of(attempt);
    const shown = (attempt: Attempt) => second(attempt) && attempt.kind === 'totp';
    if (!/^\d{6}$/.test(code)) {
      const taken = account.guesses(shown, () => backupCodes?.includes(code) ?? false);
      if (taken) this.spendBackupCode(code);
      return taken;
    }
    if (factor !== 'totp')
      return account.guesses(
        (attempt) => second(attempt) && attempt.kind === 'code' && attempt.method === factor,
        ({ secret }) => secret === code,
      );
    const step = authenticator && this.stepOf(authenticator.secret, code);
    const taken = account.guesses(
      shown,
      () => step !== undefined && step > (authenticator?.lastStep ?? step),
    );
    if (taken && authenticator && step !== undefined) authenticator.lastStep = step;
    return taken;
  }

  /** Opens what a code that is shown, and not sent, is checked against, if there is none. */
  opensShown(code: string, protocol: Protocol, session?: Session): void {
    const { account } = this;
    if (account.factor === 'none' || (account.factor !== 'totp' && /^\d{6}$/.test(code))) return;
    const standing = account.attempts.some(
      (attempt) =>
        attempt.purpose === 'second_factor' &&
        attempt.kind === 'totp' &&
        attempt.protocol === protocol &&
        attempt.session === session &&
        (account.isLive(attempt) || (attempt.over === 'exhausted' && account.now() < attempt.endsAt)),
    );
    if (!standing)
      account.opens({
        purpose: 'second_factor',
        kind: 'totp',
        method: 'otp',
        secret: '',
        protocol,
        session,
        life: 300,
      });
  }

  /** What is sent of the second factor, in the place of what was sent before. */
  sends(session: Session, secret: string): Attempt {
    const { account } = this;
    for (const attempt of account.attempts)
      if (attempt.session === session && attempt.purpose === 'second_factor' && attempt.kind === 'code')
        attempt.over ??= 'sent anew';
    return this.opensSent(session.held.protocol, secret, session);
  }

  opensSent(protocol: Protocol, secret: string, session?: Session): Attempt {
    const method = this.account.factor as 'email' | 'sms';
    return this.account.opens({
      purpose: 'second_factor',
      kind: 'code',
      method,
      secret,
      protocol,
      session,
      life: 300,
    });
  }

  /** Where codes of the second factor go; none for an authenticator. */
  get address(): string | undefined {
    const { factor, email, phone } = this.account;
    return factor === 'email' ? email : factor === 'sms' ? phone : undefined;
  }

  private spendBackupCode(code: string): void {
    const { account } = this;
    account.backupCodes = account.backupCodes?.filter((each) => each !== code);
    account.formerBackupCodes.push(code);
  }
}
