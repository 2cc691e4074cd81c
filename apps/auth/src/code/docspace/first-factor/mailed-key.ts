import { Injectable } from '@nestjs/common';
import {
  claimedOnes,
  claimMailbox,
  lockAccountForUpdate,
  withKnownAccount,
  type HeldAccount,
  type KnownAccount,
  type ReadAccount,
} from '@app/accounts';
import { AttemptsRepository, keepOpen, MAILED_KEYS } from '@app/attempts';
import { Database, type Effect, part, type Part, sql } from '@app/database';
import { isSameEmail, type RequestContext } from '@app/kernel';
import { endPendingBegunBy } from '@app/sessions';
import { endedBy, readBy, type ProvenFactor, type RefusedFactor } from '@app/sign-in';
import type { MailedKeyProof } from './credentials.js';

/**
 * A key that we mailed. It is good for one session: clients that are asked for a code send it once more with the code, so it
 * is spent by the session and not by the first step.
 */
@Injectable()
export class DocspaceMailedKey {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
  ) {}

  async prove(
    call: RequestContext,
    { key, email, first = true }: MailedKeyProof,
  ): Promise<ProvenFactor | RefusedFactor> {
    const event = 'mailed_key';
    const found = await this.database.row(withKnownAccount(this.attempts.linkState(call, MAILED_KEYS, key)));
    const refused = { refused: 'credentials_wrong', event, accountId: found?.id ?? null } as const;
    if (found?.state !== 'open') return { ...refused, outcome: found?.state ?? 'absent' };
    if (email && !isSameEmail(email, found.email)) return { ...refused, outcome: 'other_address' };
    const taken = first && !found.activated_at && found.invited_at !== null;
    const account: KnownAccount = taken ? { ...found, activated_at: call.now } : found;
    // The account first, as everywhere, and alone: the session that comes of the key ends the others that it has begun.
    const linkOf = (read: ReadAccount) =>
      this.attempts.lockLink(call, MAILED_KEYS, key, lockAccountForUpdate(read));
    const taking = taken ? this.taking(call, key, account, linkOf) : undefined;
    return {
      account,
      method: 'email',
      event,
      hold: () => taking?.held ?? linkOf(account),
      also: (_held, isSpent) => taking?.also(isSpent) ?? [],
      spent: (session) => [
        this.attempts.spendLinks(call, MAILED_KEYS, key, session),
        endPendingBegunBy(call, 'email', session),
        readBy(
          part('used', sql`SELECT account_id, 'email' AS method, 'redeemed' AS outcome FROM ${session}`),
        ),
      ],
      attemptId: found.attempt_id,
    };
  }

  /**
   * The first proof of the mailbox of an account that was waiting for it. It raises the stamp, so that the statements after the first
   * find the account one stamp later, and the key, which goes on until a session spends it, has to come along.
   */
  private taking(
    call: RequestContext,
    key: string,
    account: KnownAccount,
    linkOf: (read: ReadAccount) => Part<HeldAccount>,
  ) {
    const { invited } = claimMailbox(call, linkOf(account));
    const later = claimedOnes(linkOf({ ...account, security_stamp: account.security_stamp + 1 }));
    const held = part<HeldAccount>('taken', sql`SELECT * FROM ${invited} UNION ALL SELECT * FROM ${later}`);
    const also = (isSpent = false): Effect[] => [
      ...endedBy('invited_mailbox_proven', call, invited).effects,
      isSpent ? undefined : keepOpen(this.attempts.link(key), invited),
    ];
    return { held, also };
  }
}
