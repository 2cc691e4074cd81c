import { Injectable } from '@nestjs/common';
import { activate, lockAccountForUpdate, withKnownAccount, type KnownAccount } from '@app/accounts';
import { AttemptsRepository, MAILED_KEYS } from '@app/attempts';
import { Database } from '@app/database';
import { isSameEmail, type RequestContext } from '@app/kernel';
import { endPendingBegunBy } from '@app/sessions';
import type { ProvenFactor, RefusedFactor } from '@app/sign-in';
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
    return {
      account,
      method: 'email',
      event,
      // The account first, as everywhere, and alone: the session that comes of the key ends the others that it has begun.
      hold: () => this.attempts.lockLink(call, MAILED_KEYS, key, lockAccountForUpdate(account)),
      also: (held) => (taken ? [activate(call, held)] : []),
      spent: (session) => [
        this.attempts.spendLinks(call, MAILED_KEYS, key, session),
        endPendingBegunBy(call, 'email', session),
      ],
      attemptId: found.attempt_id,
    };
  }
}
