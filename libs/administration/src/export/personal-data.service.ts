import { Injectable } from '@nestjs/common';
import {
  type AccountEntity,
  BackupCodeEntity,
  ContactChangeEntity,
  CredentialEntity,
  ExternalIdentityEntity,
  ofAccount,
  PendingRecoveryEntity,
  TotpFactorEntity,
} from '@app/accounts';
import { AttemptEntity } from '@app/attempts';
import { audit, AuditEventEntity, recordedAs } from '@app/audit';
import { Database, statement } from '@app/database';
import { browserInWords, MessageEntity } from '@app/delivery';
import { isOfOperator, type RequestContext } from '@app/kernel';
import { ENGLISH } from '@app/pages';
import { SessionEntity } from '@app/sessions';
import { DataSource } from 'typeorm';
import { isEndedByEvent } from '../attempts.service.js';
import { attemptFacts, eventFacts, messageFacts } from '../facts.js';
import { only } from '../words.js';

/** What is kept about one person, by what it is. */
export interface KeptAboutPerson {
  exportedAt: Date;
  profile: object;
  signsInWith: object;
  sessions: object[];
  messages: object[];
  attempts: object[];
  events: object[];
}

/** Everything that is kept about one person, to be handed to that person (GDPR, articles 15 and 20). Without secrets and their hashes. */
@Injectable()
export class PersonalData {
  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
  ) {}

  /** It is in the audit log before anybody is given it. */
  async of(call: RequestContext, account: AccountEntity): Promise<KeptAboutPerson> {
    const verdict = recordedAs('personal data', ofAccount(account.id), { session: false });
    await this.database.rows(statement(verdict, audit(call, 'account.export', verdict)));
    return {
      exportedAt: call.now,
      profile: profileOf(account),
      signsInWith: await this.factorsOf(account),
      ...(await this.historyOf(account, call.now)),
    };
  }

  private async factorsOf({ id: accountId, secondFactor, passwordHash, passwordChangedAt }: AccountEntity) {
    const where = { accountId };
    const of = this.dataSource;
    const authenticator = await of.getRepository(TotpFactorEntity).findOneBy(where);
    const codes = await of.getRepository(BackupCodeEntity).find({ where, order: { createdAt: 'ASC' } });
    const keys = await of.getRepository(CredentialEntity).find({ where, order: { id: 'ASC' } });
    const identities = await of
      .getRepository(ExternalIdentityEntity)
      .find({ where, order: { linkedAt: 'ASC' } });
    const contacts = await of.getRepository(ContactChangeEntity).findBy(where);
    const recoveries = await of.getRepository(PendingRecoveryEntity).find({ where, order: { id: 'ASC' } });
    return {
      password: passwordHash !== null,
      passwordChangedAt,
      secondFactor,
      authenticatorSince: authenticator?.createdAt ?? null,
      backupCodes: codes.map((code) => only(code, 'createdAt', 'usedAt')),
      keys: keys.map((key) =>
        only(key, 'uuid', 'kind', 'credentialId', 'name', 'publicKey', 'createdAt', 'revokedAt'),
      ),
      identities: identities.map((identity) => only(identity, 'provider', 'issuer', 'subject', 'linkedAt')),
      waitingForProof: contacts.map((contact) => only(contact, 'method', 'address', 'expiresAt')),
      recoveries: recoveries.map((one) =>
        only(one, 'protocol', 'createdAt', 'dueAt', 'endedAt', 'endReason'),
      ),
    };
  }

  private async historyOf(account: AccountEntity, now: Date) {
    const newestLast = { where: { accountId: account.id }, order: { id: 'ASC' as const } };
    const sessions = await this.dataSource.getRepository(SessionEntity).find(newestLast);
    const messages = await this.dataSource.getRepository(MessageEntity).find(newestLast);
    const attempts = await this.dataSource.getRepository(AttemptEntity).find(newestLast);
    const events = await this.dataSource.getRepository(AuditEventEntity).find(newestLast);
    return {
      sessions: sessions.map(sessionFacts),
      messages: messages.map((message) => ({ ...messageFacts(message), recipient: message.recipient })),
      attempts: attempts.map((attempt) =>
        attemptFacts(attempt, now, isEndedByEvent(attempt, account.securityStamp)),
      ),
      events: events.map((row) =>
        // It names the operator, and not the person.
        isOfOperator(row.protocol)
          ? { ...eventFacts(row), clientAddress: null, userAgent: null, by: 'operator' }
          : eventFacts(row),
      ),
    };
  }
}

function profileOf(account: AccountEntity) {
  return {
    ...only(account, 'id', 'uuid', 'email', 'username', 'phone', 'firstName', 'lastName', 'language'),
    ...only(account, 'orgId', 'tenantId', 'createdAt', 'updatedAt', 'invitedAt', 'activatedAt', 'disabledAt'),
    ...only(account, 'deletionDueAt', 'disownedAt', 'guardedUntil'),
  };
}

/** Where from, with what, and when. */
function sessionFacts(session: SessionEntity) {
  return {
    device: browserInWords(session.userAgent, ENGLISH),
    ...only(
      session,
      'id',
      'protocol',
      'stage',
      'amr',
      'clientAddress',
      'userAgent',
      'createdAt',
      'signedInAt',
    ),
    ...only(session, 'secondFactorAt', 'expiresAt', 'endedAt', 'endReason'),
  };
}
