import { Injectable } from '@nestjs/common';
import {
  addressedTo,
  dropUnproven,
  insertAccount,
  lockAccountForUpdate,
  recipientOf,
  type AccountAddress,
  type AccountEntity,
  type HeldAccount,
} from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS, newLink, type NewAttempt } from '@app/attempts';
import { Config } from '@app/config';
import { type Part, Database, statement } from '@app/database';
import { enqueue, type NewMessage } from '@app/delivery';
import { KeyRing, type RequestContext } from '@app/kernel';
import { endPendingBegunBy } from '@app/sessions';
import { withoutSession } from '@app/sign-in';
import { refuseTaken, type AccountRequest } from './accounts.service.js';
import { OperatorError } from './operator-error.js';
import { recordedMail } from './recorded.js';

/** Keys are good in the one protocol that has a word for them. */
const PROTOCOL = 'docspace';

export type InvitationRequest = Omit<AccountRequest, 'password' | 'email'> & { email: string };

export interface MailedKey {
  id: string;
  uuid: string;
  email: string;
  /** For `attempt explain`. */
  attemptId: string;
  expiresAt: Date;
}

/** Keys by mail, which open an account once. The service hands the mail over: this process only leaves it in the outbox. */
@Injectable()
export class MailedKeysService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** An account that waits for its owner, and the key to it; in the place of one that somebody registered and nobody proved to own. */
  async invite(call: RequestContext, request: InvitationRequest): Promise<MailedKey> {
    const { email, language = 'en' } = request;
    const account = { ...request, id: call.nextId(), language, invited: true };
    const { attempt, message } = this.key(call, email, 'invitation');
    const created = insertAccount(call, account);
    const { opened, sent } = this.mail(
      call,
      attempt,
      message,
      created,
      addressedTo(email, created, language),
    );
    const query = statement(created, opened, sent, recordedMail(call, 'account.invite', opened.attempt));
    const [row] = await this.database.rowsUnderLock(dropUnproven(email), query).catch(refuseTaken);
    const { id: attemptId, expiresAt } = attempt;
    return { id: account.id, uuid: row?.uuid as string, email, attemptId, expiresAt };
  }

  /** A key to an account that there is, in the place of any before: an invitation, where nobody has come yet. */
  async send(call: RequestContext, account: AccountEntity): Promise<MailedKey> {
    const { id, uuid } = account;
    const email = mailboxOf(account);
    const { attempt, message } = this.key(call, email, account.activatedAt ? 'sign_in_key' : 'invitation');
    const held = lockAccountForUpdate({ id, security_stamp: account.securityStamp });
    const { opened, sent } = this.mail(call, attempt, message, held, recipientOf('email', held));
    const row = await this.database.row(
      statement(
        sent,
        this.attempts.spendLinks(call, MAILED_KEYS, undefined, held),
        endPendingBegunBy({ ...call, protocol: PROTOCOL }, 'email', held),
        opened,
        recordedMail(call, 'account.mail_key', opened.attempt),
      ),
    );
    if (!row) throw new OperatorError('The account has been changed meanwhile.');
    return { id, uuid, email, attemptId: attempt.id, expiresAt: attempt.expiresAt };
  }

  private key(call: RequestContext, email: string, purpose: 'invitation' | 'sign_in_key') {
    const rule = this.attempts.ruleOf(purpose, call.now);
    const { token, attempt } = newLink(call, { purpose, method: 'email', ...rule });
    const link = new URL(this.config.docspaceConfirmUrl);
    const query = { type: 'Auth', key: token, email, ...(purpose === 'invitation' && { first: 'true' }) };
    for (const [name, text] of Object.entries(query)) link.searchParams.set(name, text);
    const { lifeSeconds } = this.config.attempts[purpose];
    const message: NewMessage = {
      id: call.nextId(),
      channel: 'email',
      template: purpose,
      attemptId: attempt.id,
      expiresAt: attempt.expiresAt,
      facts: { link: link.href, lifeSeconds },
    };
    return { attempt, message };
  }

  private mail(
    call: RequestContext,
    attempt: NewAttempt,
    message: NewMessage,
    account: Part<HeldAccount>,
    recipient: Part<AccountAddress>,
  ) {
    return {
      opened: this.attempts.open({ ...call, protocol: PROTOCOL }, attempt, withoutSession(account)),
      sent: enqueue(this.keyRing, message, call.now, recipient),
    };
  }
}

function mailboxOf({ email, secondFactor, disabledAt, activatedAt, invitedAt }: AccountEntity): string {
  if (disabledAt) throw new OperatorError('The account is disabled.');
  if (!email) throw new OperatorError('The account has no e-mail address.');
  if (!activatedAt && !invitedAt)
    throw new OperatorError(
      'Somebody has registered the account and nobody has proven to own it: account invite makes it anew.',
    );
  if (secondFactor === 'email')
    throw new OperatorError('The key would come to the mailbox that is the second factor of the account.');
  return email;
}
