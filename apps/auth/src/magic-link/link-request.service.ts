import { Injectable } from '@nestjs/common';
import { recipientOf, type Subject } from '@app/accounts';
import {
  AttemptsRepository,
  insertLinkPage,
  newLink,
  type NewAttempt,
  nextStrangersSend,
  type Opening,
  type StrangersRule,
  takeStrangersTurn,
} from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, of, ofOne, part, sql, type Statement, statement } from '@app/database';
import { askedBy, Outbox, type NewMessage } from '@app/delivery';
import { AuthError, randomDigits, secondsUntil, type RequestContext } from '@app/kernel';
import { Recipients, type Who } from './recipients.js';

const LINK_BITS = 128;
const CODE_DIGITS = 6;

interface LinkSendVerdict {
  outcome: 'sent' | 'nobody' | 'enough' | 'too_soon';
  next_at: Date | null;
}

interface Secrets {
  token: string;
  code: string;
}

/** Mails a link and a code, either of which signs in once. */
@Injectable()
export class LinkRequestService {
  constructor(
    private readonly database: Database,
    private readonly recipients: Recipients,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /**
   * The same statement, limits and answer whether or not there is such a person. Who asks is told to wait by the name that was typed; a
   * person who has had enough by other names gets no mail, and nobody is told.
   */
  async request(call: RequestContext, who: Who, redirectUrl?: string): Promise<void> {
    const { redirectUrls } = this.config.http;
    if (redirectUrl !== undefined && !redirectUrls.includes(redirectUrl)) {
      const error = 'is not one of the configured addresses';
      throw new AuthError('invalid_parameters', { parameters: [{ parameter: 'redirect', error }] });
    }
    const { waitSeconds, hourlyLimit, hourlyTotal } = this.config.sends;
    const rule: StrangersRule = { purpose: 'magic_link', waitSeconds, hourlyLimit, hourlyTotal };
    const row = await this.database.row(this.send(call, who, rule, redirectUrl));
    if (row?.outcome !== 'too_soon') return;
    throw new AuthError('resend_too_soon', {
      retryAfterSeconds: row.next_at ? secondsUntil(row.next_at, call.now) : waitSeconds,
    });
  }

  private send(
    call: RequestContext,
    who: Who,
    rule: StrangersRule,
    redirectUrl: string | undefined,
  ): Statement<LinkSendVerdict> {
    const common = {
      purpose: 'magic_link',
      method: 'email',
      ...this.attempts.ruleOf('magic_link', call.now),
    } as const;
    const { token, attempt: link } = newLink(call, common, LINK_BITS);
    const secret = { binding: this.recipients.bindingOf(who), value: randomDigits(CODE_DIGITS) };
    const code: NewAttempt = { ...common, id: call.nextId(), kind: 'code', factor: 'first', secret };
    const asked = this.recipients.asked(who);
    const allowed = takeStrangersTurn(call, rule, asked);
    const subject = this.recipients.find(who);
    const asking = part<Subject>(
      'asking',
      sql`SELECT s.* FROM ${subject} s WHERE EXISTS (SELECT FROM ${allowed})`,
    );
    const opening = part<Opening>(
      'opening',
      sql`
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM ${asking} s JOIN ${takeStrangersTurn(call, rule, asking)} USING (subject)`,
    );
    const opened = this.attempts.open(call, link, opening);
    const page = insertLinkPage(call, redirectUrl, opened.attempt);
    const recipient = recipientOf('email', opened.attempt);
    const verdict = part<Recorded & { outcome: LinkSendVerdict['outcome'] }>(
      'verdict',
      sql`
        SELECT CASE WHEN NOT EXISTS (SELECT FROM ${allowed}) THEN 'too_soon' WHEN a.id IS NULL THEN 'enough'
            WHEN r.address IS NULL THEN 'nobody' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM ${subject} s LEFT JOIN ${opened.attempt} a ON true LEFT JOIN ${recipient} r ON true`,
    );
    return statement(
      { outcome: ofOne(verdict, 'outcome'), next_at: of(nextStrangersSend(call, rule, asked), 'next_at') },
      opened,
      this.attempts.open(call, code, opening).attempt,
      page,
      this.outbox.enqueue(
        call,
        'anybody',
        this.message(call, link, { token, code: secret.value }),
        recipient,
      ),
      audit(call, 'magic_link.send', verdict),
    );
  }

  private message(
    { now, client, protocol, nextId }: RequestContext,
    { id, expiresAt }: NewAttempt,
    { token, code }: Secrets,
  ): NewMessage {
    const { publicUrl } = this.config.http;
    return {
      id: nextId(),
      channel: 'email',
      template: 'magic_link',
      attemptId: id,
      expiresAt,
      facts: {
        link: `${publicUrl}/magic-link?token=${token}`,
        notMeLink: `${publicUrl}/magic-link/not-me?token=${token}`,
        code,
        lifeSeconds: this.config.attempts.magic_link.lifeSeconds,
        ...askedBy({ now, client, protocol }),
      },
    };
  }
}
