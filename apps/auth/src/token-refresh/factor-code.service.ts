import { Injectable } from '@nestjs/common';
import { recipientOf } from '@app/accounts';
import { AttemptsRepository, nextSend, takeSendWindow, type SendRule } from '@app/attempts';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { Outbox } from '@app/delivery';
import { AuthError, secondsUntil, type Call } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import { bindingOf, sentFactor } from './second-factor-code.js';

interface Factor {
  second_factor: 'none' | 'email' | 'sms' | 'totp';
}

interface Verdict {
  outcome: 'sent' | 'no_session' | 'no_address' | 'too_soon';
  address: string | null;
  next_at: Date | null;
}

/** Sends a code of the second factor to the holder of an access token, whatever the session waits for. */
@Injectable()
export class FactorCodeService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Answers the address it went to. The code that comes with a sign-in does not count among those asked for here. */
  async send(call: Call, sessionId: string): Promise<string> {
    const channel = await this.channel(call, sessionId);
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const rule: SendRule = { purpose: 'second_factor', waitSeconds, hourlyLimit };
    const { outcome, address, next_at } = await this.decide(call, sessionId, channel, rule);
    this.outbox.wake();
    if (outcome === 'no_session') throw new AuthError('session_not_found');
    if (outcome === 'too_soon') {
      throw new AuthError('resend_too_soon', {
        retryAfterSeconds: next_at ? secondsUntil(next_at, call.now) : waitSeconds,
      });
    }
    if (outcome === 'no_address' || !address) throw new AuthError('address_missing');
    return address;
  }

  private async channel(call: Call, sessionId: string): Promise<'email' | 'sms'> {
    const parts = { session: sessionOfToken(call, sessionId) };
    const answer = sql`SELECT a.second_factor FROM session s JOIN accounts a ON a.id = s.account_id`;
    const row = await this.database.row<Factor>(statementOf(parts, answer));
    if (!row) throw new AuthError('session_not_found');
    if (row.second_factor !== 'email' && row.second_factor !== 'sms') throw new AuthError('address_missing');
    return row.second_factor;
  }

  private async decide(
    call: Call,
    sessionId: string,
    channel: 'email' | 'sms',
    rule: SendRule,
  ): Promise<Verdict> {
    const target = { purpose: 'second_factor', binding: bindingOf(sessionId) } as const;
    const { attempt, message } = sentFactor(
      call,
      channel,
      target,
      this.attempts.ruleOf('second_factor', call.now),
    );
    const parts: Parts = {
      session: sessionOfToken(call, sessionId),
      recipient: recipientOf(channel, 'session'),
      reachable: sql`SELECT s.* FROM session s JOIN recipient USING (account_id)`,
      window_taken: takeSendWindow(call, rule, 'reachable'),
      allowed: sql`SELECT s.* FROM session s JOIN window_taken USING (subject)`,
      replaced: this.attempts.supersede(call, 'second_factor', 'allowed'),
      ...this.attempts.open(call, attempt, 'allowed'),
      message: this.outbox.enqueue(
        message,
        call.now,
        sql`SELECT r.* FROM recipient r JOIN allowed USING (account_id)`,
      ),
      waiting: nextSend(call, rule, 'session'),
      verdict: sql`
        SELECT CASE WHEN s.session_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, s.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN session s ON true LEFT JOIN recipient r ON true LEFT JOIN attempt a ON true`,
      audited: audit(call, 'second_factor.send', 'verdict'),
    };
    const answer = sql`
      SELECT outcome, (SELECT address FROM recipient) AS address, (SELECT next_at FROM waiting) AS next_at FROM verdict`;
    return (await this.database.row<Verdict>(statementOf(parts, answer))) as Verdict;
  }
}
