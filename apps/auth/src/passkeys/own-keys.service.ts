import { Injectable } from '@nestjs/common';
import { lockAccount, ownKeys, switchKey, type OwnKey } from '@app/accounts';
import { audit, type Recorded } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { OwnerNotices } from '@app/sign-in';
import { refuseUsedKey } from '../recovery/new-keys.service.js';
import { LoginSessions } from './login-sessions.service.js';

/** The keys of an account, by the holder of a login's token. It lives no longer than a proof is fresh. */
@Injectable()
export class OwnKeysService {
  constructor(
    private readonly database: Database,
    private readonly sessions: LoginSessions,
    private readonly notices: OwnerNotices,
  ) {}

  /**
   * Newest last.
   *
   * @throws AuthError `session_not_found`
   */
  async list(call: RequestContext, jwt: string): Promise<OwnKey[]> {
    const session = await this.sessions.part(call, jwt);
    const listed = part<OwnKey & { uuid: string | null }>(
      'listed',
      sql`SELECT k.* FROM ${session} s LEFT JOIN ${ownKeys(session)} k ON true`,
    );
    const rows = await this.database.rows(statement(listed));
    if (!rows.length) throw new AuthError('session_not_found');
    return rows.filter(({ uuid }) => uuid !== null);
  }

  /**
   * Puts a key out of use, or takes it back; nothing to be done is no failure. The owner is told.
   *
   * @throws AuthError `session_not_found`, `invalid_parameters` for no key of the account, and for the last one that signs in
   */
  async switch(call: RequestContext, jwt: string, uuid: string, active: boolean): Promise<void> {
    const session = await this.sessions.part(call, jwt);
    const owned = await this.database.row(statement(session));
    if (!owned) throw new AuthError('session_not_found');
    const { change, switched } = switchKey(call, uuid, active, session);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT c.outcome, s.account_id, s.session_id, NULL::bigint AS attempt_id FROM ${change} c JOIN ${session} s USING (account_id)`,
    );
    const told = this.notices.tell(call, switched, {
      template: 'passkeys_changed',
      facts: { change: active ? 'added' : 'removed' },
    });
    const event = active ? 'factor.connect' : 'factor.disconnect';
    const query = statement(verdict, ...told, audit(call, event, verdict));
    const [row] = await this.database
      .rowsUnderLock(lockAccount(owned.account_id), query)
      .catch(refuseUsedKey);
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'absent') throw refused('names no key of this account');
    if (row.outcome === 'last') throw refused('is the last key that signs in: register another one before');
  }
}

function refused(why: string): AuthError {
  const parameters = [{ parameter: 'credentialUuid', error: `credentialUuid ${why}` }];
  return new AuthError('invalid_parameters', { parameters });
}
