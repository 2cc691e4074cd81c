import { Injectable } from '@nestjs/common';
import {
  ofAccount,
  recipientOf,
  SecondFactors,
  TotpFactors,
  type AccountAddress,
  type HeldAccount,
  type KnownAccount,
  type OfAccount,
} from '@app/accounts';
import { AttemptsRepository, closeAttempts, isLive, standingAttempt, type Opening } from '@app/attempts';
import { after, Database, type Effect, part, type Part, sql } from '@app/database';
import { Outbox } from '@app/delivery';
import type { RequestContext } from '@app/kernel';
import { factorAttempt, inProtocol, sentCode, withoutSession } from '@app/sign-in';

/** What a sign-in that has proven its first factor waits for. */
export interface Challenge {
  effects: Effect[];
  setUp: boolean;
  secret?: string;
  /** Until when the code that was sent is good. */
  codeLife?: Part<{ expires_at: Date }>;
}

/** What comes with the first step: a text or mail, unless one is still good, or the secret of an authenticator to be set up. */
@Injectable()
export class DocspaceChallenge {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactors,
    private readonly outbox: Outbox,
  ) {}

  /** `held`: the account in the statement that the effects are for. */
  async of(
    call: RequestContext,
    account: KnownAccount,
    held: Part<HeldAccount>,
    language?: string,
  ): Promise<Challenge> {
    const { second_factor: factor } = account;
    if (factor === 'totp') return this.authenticator(call, account, held);
    if (factor === 'none') return { effects: [], setUp: false };
    if (factor === 'sms' && !account.phone) return { effects: [], setUp: true };
    return this.send(call, factor, account, held, language);
  }

  private send(
    call: RequestContext,
    channel: 'email' | 'sms',
    { id }: KnownAccount,
    held: Part<HeldAccount>,
    language: string | undefined,
  ): Challenge {
    const scope = inProtocol(call);
    const { attempt, message } = sentCode(
      call,
      this.attempts,
      channel,
      scope.binding({ account_id: id, session_id: null }),
    );
    const candidate = withoutSession(held);
    const sent = factorAttempt(scope, candidate, channel);
    const standing = standingAttempt(call, 'second_factor', sent);
    const replaced = closeAttempts(
      call,
      sql`${scope.of(candidate)} AND a.purpose = 'second_factor' AND a.kind = 'code' AND NOT (${sent} AND ${isLive(call)})`,
    );
    const opening = part<Opening & OfAccount>(
      'opening',
      sql`SELECT c.* FROM ${candidate} c CROSS JOIN ${after(replaced)} WHERE NOT EXISTS (SELECT FROM ${standing})`,
    );
    const codeLife = part<{ expires_at: Date }>(
      'code_life',
      sql`
        SELECT expires_at FROM ${standing} WHERE status = 'open'
        UNION ALL SELECT ${attempt.expiresAt}::timestamptz WHERE NOT EXISTS (SELECT FROM ${standing})`,
    );
    const to = inLanguage(language, recipientOf(channel, opening));
    const effects = [
      this.attempts.open(call, attempt, opening),
      this.outbox.enqueue(call, 'owner', message, to),
    ];
    return { effects, setUp: false, codeLife };
  }

  /** A new secret each time: whoever was shown the one before, and is not the owner, has nothing when the owner is ready. */
  private async authenticator(
    call: RequestContext,
    { id, email, phone }: KnownAccount,
    held: Part<HeldAccount>,
  ): Promise<Challenge> {
    if (await this.isConnected(id)) return { effects: [], setUp: false };
    const { secret, part: setUp } = this.factors.beginTotp(call, id, email ?? phone ?? id, held);
    return { effects: [setUp], setUp: true, secret };
  }

  private async isConnected(accountId: string): Promise<boolean> {
    return (await this.database.row(this.totp.secret(ofAccount(accountId)))) !== undefined;
  }
}

/** The recipient, written to in the language of this call, where the call has one. */
export function inLanguage(language: string | undefined, to: Part<AccountAddress>): Part<AccountAddress> {
  return part(
    'addressee',
    sql`SELECT address, coalesce(${language ?? null}::text, language) AS language, account_id FROM ${to}`,
  );
}
