import { Injectable } from '@nestjs/common';
import {
  NewPassword,
  registerSilently,
  unknownSubject,
  type AccountAddress,
  type Profile,
} from '@app/accounts';
import { takeSendWindow } from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, part, type Part, sql, statement } from '@app/database';
import { Outbox, ownerNotice } from '@app/delivery';
import { AuthError, identifyAs, KeyRing, type RequestContext } from '@app/kernel';
import type { RegistrationRequest } from './registration.service.js';

/** Registrations where a stranger must not learn who has an account: a taken address is answered like a free one. */
@Injectable()
export class SilentRegistrationService {
  constructor(
    private readonly database: Database,
    private readonly passwords: NewPassword,
    private readonly outbox: Outbox,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /**
   * The same statement, work and answer for everybody; whoever owns a taken address is told by mail. A password is judged and then
   * forgotten, as the proof of the mailbox would have it.
   *
   * @throws AuthError `password_weak`, `busy`, `username_taken`
   */
  async register(
    call: RequestContext,
    { password, ...names }: RegistrationRequest & { email: string },
  ): Promise<Profile> {
    if (password !== undefined) await this.passwords.hash(password, Object.values(names));
    const { registered, owner } = registerSilently(call, { ...names, id: call.nextId() });
    const verdict = part<Recorded & { uuid: string }>(
      'verdict',
      sql`SELECT r.*, NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM ${registered} r`,
    );
    const told = this.outbox.enqueue(
      call,
      'anybody',
      ownerNotice(call, 'email', 'account_exists', {}),
      this.inTurn(call, names.email, owner),
    );
    const row = await this.database.row(statement(verdict, told, audit(call, 'account.register', verdict)));
    if (row?.outcome === 'username_taken') throw new AuthError('username_taken');
    return newcomer(row?.uuid as string, names, call.now);
  }

  /** The owner, no more often than codes go to one recipient: strangers could fill the mailbox. */
  private inTurn(call: RequestContext, email: string, owner: Part<AccountAddress>): Part<AccountAddress> {
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const subject = `registered ${unknownSubject(identifyAs('email', email), this.keyRing)}`;
    const asking = part<{ subject: string }>('asking', sql`SELECT ${subject}::text AS subject FROM ${owner}`);
    const turn = takeSendWindow(call, { purpose: 'sign_up', waitSeconds, hourlyLimit }, asking);
    return part('recipient', sql`SELECT o.* FROM ${owner} o WHERE EXISTS (SELECT FROM ${turn})`);
  }
}

/** As an account looks that somebody has just registered. */
function newcomer(uuid: string, names: RegistrationRequest, now: Date): Profile {
  return {
    uuid,
    email: names.email ?? null,
    username: names.username ?? null,
    phone: null,
    first_name: names.firstName ?? null,
    last_name: names.lastName ?? null,
    second_factor: 'none',
    created_at: now,
    updated_at: now,
    activated_at: null,
  };
}
