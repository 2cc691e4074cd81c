import {
  accountFacts,
  type AccountState,
  type Asked,
  type ChangedSecondFactor,
  count,
  type CreatedAccount,
  instant,
  type MailedKey,
} from '@app/administration';
import type { AccountEntity, ExternalIdentityEntity, SecondFactor } from '@app/accounts';
import { table, type Answer } from './answer.js';

/** The id alone on its line, for scripts. */
export function createdView({ id, uuid, otpauthUri }: CreatedAccount): Answer {
  return { lines: otpauthUri ? [id, otpauthUri] : [id], json: { id, uuid, otpauthUri } };
}

export function accountView(
  account: AccountEntity,
  state: AccountState,
  identities: ExternalIdentityEntity[],
): Answer {
  const lines = table([
    ['id', account.id],
    ['UUID', account.uuid],
    ['e-mail', account.email],
    ['user name', account.username],
    ['phone', account.phone],
    ['second factor', account.secondFactor],
    ['opened by', identities.map(({ provider, subject }) => `${provider} (${subject})`).join(', ') || null],
    ['organisation', account.orgId],
    ['tenant', account.tenantId],
    ['language', account.language],
    ['created', instant(account.createdAt)],
    ['invited', instant(account.invitedAt)],
    ['activated', instant(account.activatedAt)],
    ['disabled', instant(account.disabledAt)],
    ['will be deleted', instant(account.deletionDueAt)],
    ['passwords locked until', instant(state.passwordLockedUntil)],
    ['codes refused until', instant(state.codesRefusedUntil)],
    ['asks for more until', instant(state.guardedUntil)],
    ['nothing is sent to', suppressedOf(state)],
    ['live sessions', String(state.liveSessions)],
  ]);
  return { lines, json: accountFacts(account, state, identities) };
}

function suppressedOf({ suppressed }: AccountState): string | null {
  const each = ({ address, since, reference, detail }: AccountState['suppressed'][number]) =>
    `${address}: message ${reference} came back for good ${instant(since)}${detail ? ` (${detail})` : ''}`;
  return suppressed.map(each).join(', ') || null;
}

export function disabledView({ id }: AccountEntity, sessionsEnded: number): Answer {
  return {
    lines: [`The account is disabled; ${count(sessionsEnded, 'session')} ended.`],
    json: { id, sessionsEnded },
  };
}

export function deletionView({ id }: AccountEntity, { dueAt, sessionsEnded }: Asked, now: Date): Answer {
  const ended = `${count(sessionsEnded, 'session')} ended`;
  const isDone = dueAt <= now;
  const line = isDone
    ? `The account is deleted; ${ended}.`
    : `The account is shut, and will be deleted ${instant(dueAt)}; ${ended}.`;
  return { lines: [line], json: { id, deleted: isDone, deletionDueAt: dueAt, sessionsEnded } };
}

export function passwordView({ id }: AccountEntity, sessionsEnded: number): Answer {
  return {
    lines: [`The password is changed; ${count(sessionsEnded, 'session')} ended.`],
    json: { id, sessionsEnded },
  };
}

export function secondFactorView(
  { id }: AccountEntity,
  secondFactor: SecondFactor,
  changed: ChangedSecondFactor,
): Answer {
  const { otpauthUri, endedSessions } = changed;
  const pending = endedSessions ? `; ${count(endedSessions, 'pending sign-in')} ended` : '';
  const lines = [`The second factor is ${secondFactor}${pending}.`, ...(otpauthUri ? [otpauthUri] : [])];
  return { lines, json: { id, secondFactor, otpauthUri, sessionsEnded: endedSessions } };
}

export function doneView({ id }: AccountEntity, sentence: string): Answer {
  return { lines: [sentence], json: { id } };
}

/** The key itself is in the mail and nowhere else. */
export function mailedKeyView(sent: MailedKey): Answer {
  const { id, email, attemptId, expiresAt } = sent;
  const lines = [id, `A key goes to ${email}, good until ${instant(expiresAt)} (attempt ${attemptId}).`];
  return { lines, json: { ...sent } };
}
