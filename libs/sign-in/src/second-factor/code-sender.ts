import { Injectable } from '@nestjs/common';
import type { AccountAddress } from '@app/accounts';
import {
  AttemptsRepository,
  closeAttempts,
  nextSend,
  takeSendWindow,
  type Opening,
  type SendRule,
} from '@app/attempts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { after, Database, type Effect, of, ofOne, part, type Part, sql, statement } from '@app/database';
import { Outbox } from '@app/delivery';
import { AuthError, secondsUntil, type RequestContext } from '@app/kernel';
import { retryOnConflict, type SentCode } from './factor-attempts.js';
import { type Candidate, type FactorScope, kindOf } from './scope.js';

/** A code that somebody asks for. */
export interface Sending extends SentCode {
  event: AuditEvent;
  /** Who asks: no row when there is nobody (any more) who may. */
  asking: Part<Candidate>;
  /** Where it goes, of who asks. */
  to: Part<AccountAddress>;
  /** Which codes it takes the place of. */
  scope: FactorScope;
  rule: SendRule;
  /** What happens in any case. */
  always?: Effect[];
  /** What happens only when it is sent: `allowed` is who asked. */
  also?(allowed: Part<Candidate>): Effect[];
}

interface CodeSendVerdict {
  outcome: 'sent' | 'no_session' | 'no_address' | 'too_soon';
  address: string | null;
  next_at: Date | null;
}

/** Sends codes of the second factor to those who ask for them; the ones that come with a first step do not count among them. */
@Injectable()
export class CodeSender {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
  ) {}

  /**
   * A new code in the place of the one before; answers the address it went to. Of any number of calls at once one sends.
   *
   * @throws AuthError `session_not_found`, `address_missing`, `resend_too_soon` with the seconds that are left
   */
  async send(call: RequestContext, sending: Sending): Promise<string> {
    const { outcome, address, next_at } = await retryOnConflict(() => this.decide(call, sending));
    if (outcome === 'no_session') throw new AuthError('session_not_found');
    if (outcome === 'too_soon') {
      const { waitSeconds } = sending.rule;
      const retryAfterSeconds = next_at ? secondsUntil(next_at, call.now) : waitSeconds;
      throw new AuthError('resend_too_soon', { waitSeconds, retryAfterSeconds });
    }
    if (!address) throw new AuthError('address_missing');
    return address;
  }

  private async decide(call: RequestContext, sending: Sending): Promise<CodeSendVerdict> {
    const { event, asking, to, scope, rule, attempt, message, also, always = [] } = sending;
    const reachable = part<Candidate>(
      'reachable',
      sql`SELECT s.* FROM ${asking} s JOIN ${to} USING (account_id)`,
    );
    const allowed = part<Candidate>(
      'allowed',
      sql`SELECT s.* FROM ${reachable} s JOIN ${takeSendWindow(call, rule, reachable)} USING (subject)`,
    );
    const replaced = closeAttempts(
      call,
      sql`${scope.of(allowed)} AND a.purpose = ${attempt.purpose} AND a.kind = ${kindOf('sms')}`,
    );
    const opening = part<Opening>('opening', sql`SELECT a.* FROM ${allowed} a CROSS JOIN ${after(replaced)}`);
    const opened = this.attempts.open(call, attempt, opening);
    const addressee = part<AccountAddress>(
      'addressee',
      sql`SELECT r.address, r.language, r.account_id FROM ${to} r JOIN ${allowed} USING (account_id)`,
    );
    const verdict = part<Recorded & Pick<CodeSendVerdict, 'outcome'>>(
      'verdict',
      sql`
        SELECT CASE WHEN s.account_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ${asking} s ON true LEFT JOIN ${to} r ON true LEFT JOIN ${opened.attempt} a ON true`,
    );
    const answer = {
      outcome: ofOne(verdict, 'outcome'),
      address: of(to, 'address'),
      next_at: of(nextSend(call, rule, asking), 'next_at'),
    };
    // A phone that is to be set up is whoever's it is: nobody has shown yet that it is the owner's.
    const share = rule.purpose === 'factor_setup' ? 'anybody' : 'owner';
    const sent = this.outbox.enqueue(call, share, message, addressee);
    const row = await this.database.row(
      statement(answer, opened, sent, ...always, ...(also?.(allowed) ?? []), audit(call, event, verdict)),
    );
    return row as CodeSendVerdict;
  }
}
