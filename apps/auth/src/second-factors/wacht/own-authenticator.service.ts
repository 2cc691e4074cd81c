import { Injectable } from '@nestjs/common';
import { withOwnAccount, type OwnAccount } from '@app/accounts';
import { Database, statement } from '@app/database';
import { AuthError, isSixDigits, type RequestContext } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import { FactorConfirmService } from '../yat/factor-confirm.service.js';
import { FactorRemovalService } from '../yat/factor-removal.service.js';
import { TotpSetupService, type BegunAuthenticator } from '../yat/totp-setup.service.js';

/** The authenticator of an account, by who is signed in to it. An account has one, which goes by its id. */
@Injectable()
export class OwnAuthenticatorService {
  constructor(
    private readonly database: Database,
    private readonly setups: TotpSetupService,
    private readonly confirmations: FactorConfirmService,
    private readonly removal: FactorRemovalService,
  ) {}

  /** @throws AuthError those of `FactorSetups.holder` */
  begin(call: RequestContext, sessionId: string): Promise<BegunAuthenticator> {
    return this.setups.begin(call, sessionId);
  }

  /**
   * `codes`: one, or two that the authenticator has shown one after the other.
   *
   * @throws AuthError `session_not_found`, `invalid_parameters`, `code_wrong`
   */
  async confirm(call: RequestContext, sessionId: string, id: string, codes: string[]): Promise<void> {
    await this.find(call, sessionId, id);
    const [code = '', before] = [...codes].reverse();
    if (!codes.every(isSixDigits)) throw new AuthError('code_wrong');
    await this.confirmations.confirm(call, sessionId, code, before);
  }

  /** @throws AuthError `session_not_found`, `invalid_parameters`, `proof_stale` */
  async remove(call: RequestContext, sessionId: string, id: string): Promise<void> {
    const { second_factor } = await this.find(call, sessionId, id);
    if (second_factor !== 'totp') throw unknownAuthenticator();
    await this.removal.disable(call, sessionId);
  }

  private async find(call: RequestContext, sessionId: string, id: string): Promise<OwnAccount> {
    const own = await this.database.row(statement(withOwnAccount(sessionOfToken(call, sessionId))));
    if (!own) throw new AuthError('session_not_found');
    if (own.id !== id) throw unknownAuthenticator();
    return own;
  }
}

function unknownAuthenticator(): AuthError {
  const error = 'id names no authenticator of this account';
  return new AuthError('invalid_parameters', { parameters: [{ parameter: 'id', error }] });
}
