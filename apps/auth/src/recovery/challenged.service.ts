import { Injectable } from '@nestjs/common';
import { keyHolderOf, type KeyHolder } from '@app/accounts';
import { AttemptsRepository, type AttemptPurpose } from '@app/attempts';
import { audit, type AuditEvent } from '@app/audit';
import { Database, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { NewKeysService, type OfferedKeys, type ProvenKeys } from './new-keys.service.js';

export type NewKeysPurpose = Extract<AttemptPurpose, 'recovery_proof' | 'registration_proof'>;

const EVENTS: Record<NewKeysPurpose, AuditEvent> = {
  recovery_proof: 'recovery.complete',
  registration_proof: 'registration.complete',
};

/** What holds for every challenge that new keys answer. It reads and counts; what success does is its caller's. */
@Injectable()
export class ChallengedService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly newKeys: NewKeysService,
  ) {}

  /**
   * The owner of an open challenge and the keys that answer it; a wrong answer is counted, and refused.
   *
   * @throws AuthError `credentials_wrong`, `invalid_parameters`
   */
  async prove(
    call: RequestContext,
    purpose: NewKeysPurpose,
    token: string,
    offered: OfferedKeys,
  ): Promise<{ holder: KeyHolder; keys: ProvenKeys }> {
    const holder = await this.holder(call, purpose, token);
    const keys = holder && (await this.newKeys.prove(call, token, holder, offered));
    return holder && keys ? { holder, keys } : this.refuse(call, purpose, token);
  }

  /** Counts a wrong answer. */
  async refuse(call: RequestContext, purpose: NewKeysPurpose, token: string): Promise<never> {
    const redemption = this.attempts.redeemChallenge(call, purpose, token, sql`false`);
    const { verdict } = redemption;
    await this.database.rows(statement(verdict, redemption, audit(call, EVENTS[purpose], verdict)));
    throw new AuthError('credentials_wrong');
  }

  private async holder(
    call: RequestContext,
    purpose: NewKeysPurpose,
    token: string,
  ): Promise<KeyHolder | undefined> {
    const challenge = this.attempts.openChallengeOf(call, purpose, token);
    return (await this.database.row(statement(keyHolderOf(challenge))))?.holder;
  }
}
