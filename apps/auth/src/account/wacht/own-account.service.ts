import { Injectable } from '@nestjs/common';
import { withOwnAccount, type OwnAccount } from '@app/accounts';
import { AccountDeletion } from '@app/administration';
import { Database, statement } from '@app/database';
import { AuthError, identify, type AuthErrorDetails, type RequestContext } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import {
  FirstFactor,
  Freshness,
  PasswordProof,
  recordRefusal,
  sessionAndAccount,
  type ProvenFactor,
} from '@app/sign-in';
import { AccountService, type AccountChange } from '../yat/account.service.js';

/** What a new password comes with. */
export interface PasswordChange {
  /** The one that the account has; none where it has none. */
  current?: string;
  password: string;
}

/** What the owner of a sign-in is shown of the account, and changes about it. */
@Injectable()
export class OwnAccountService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountService,
    private readonly passwords: PasswordProof,
    private readonly firstFactor: FirstFactor,
    private readonly freshness: Freshness,
    private readonly deletion: AccountDeletion,
  ) {}

  private async show(call: RequestContext, sessionId: string): Promise<OwnAccount> {
    const own = await this.database.row(statement(withOwnAccount(sessionOfToken(call, sessionId))));
    if (!own) throw new AuthError('session_not_found');
    return own;
  }

  /** @throws AuthError those of `AccountService.change` */
  async change(call: RequestContext, sessionId: string, change: AccountChange): Promise<void> {
    await this.accounts
      .change(call, sessionId, change)
      .catch(recordRefusal(this.database, call, 'account.update'));
  }

  /**
   * The password that the account has is a proof as good as a sign-in with it, and counts like one. An account without a password needs
   * a fresh sign-in; one with a second factor needs that fresh in either case.
   *
   * @throws AuthError `session_not_found`, `invalid_parameters`, `login_locked`, `busy`, `proof_stale`, `password_weak`
   */
  async changePassword(
    call: RequestContext,
    sessionId: string,
    { current, password }: PasswordChange,
  ): Promise<void> {
    const own = await this.show(call, sessionId);
    const proof = own.has_password ? await this.prove(call, own, current) : undefined;
    await this.accounts
      .change(call, sessionId, { password }, proof)
      .catch(recordRefusal(this.database, call, 'account.update', { accountId: own.id }));
  }

  /**
   * By the password itself; an account with a second factor needs that fresh as well.
   *
   * @throws AuthError `session_not_found`, `invalid_parameters`, `login_locked`, `busy`, `proof_stale`, `not_permitted`
   */
  async removePassword(call: RequestContext, sessionId: string, current: string | undefined): Promise<void> {
    const own = await this.show(call, sessionId);
    if (!own.has_password)
      throw new AuthError('invalid_parameters', wrongPassword('is none: the account has no password'));
    const proof = await this.prove(call, own, current);
    await this.accounts
      .removePassword(call, sessionId, proof)
      .catch(recordRefusal(this.database, call, 'account.update', { accountId: own.id }));
  }

  /**
   * Lets its owner go, who proves to be that anew: by the password, where the account has one, and else by a fresh sign-in; by a fresh second
   * factor in either case. Every sign-in ends. It can be restored until `DELETION_DELAY_SECONDS` are over.
   *
   * @throws AuthError `session_not_found`, `invalid_parameters`, `login_locked`, `busy`, `proof_stale`
   */
  async delete(call: RequestContext, sessionId: string, password: string | undefined): Promise<void> {
    const own = await this.show(call, sessionId);
    const proof = own.has_password ? await this.prove(call, own, password) : undefined;
    await this.askDeletion(call, sessionId, proof).catch(
      recordRefusal(this.database, call, 'account.delete', { accountId: own.id }),
    );
    await this.deletion.finish(call, own.id);
  }

  private async askDeletion(call: RequestContext, sessionId: string, proof?: ProvenFactor): Promise<void> {
    const session = sessionAndAccount(call, sessionId);
    const allowed = this.freshness.fresh(call, session, proof !== undefined);
    const { asked, effects } = this.deletion.asking(call, allowed);
    const done = await this.database.row(statement(asked, ...effects, ...(proof?.also(asked) ?? [])));
    if (!done) throw new AuthError('proof_stale');
  }

  private async prove(
    call: RequestContext,
    own: OwnAccount,
    current: string | undefined,
  ): Promise<ProvenFactor> {
    if (current === undefined) throw new AuthError('invalid_parameters', wrongPassword('is needed'));
    const login = identify(own.email ?? own.username ?? own.phone ?? '');
    const proof = await this.passwords.prove(call, login, current);
    if (!('refused' in proof)) return proof;
    const isLocked = proof.refused === 'login_locked';
    return this.firstFactor.refuse(
      call,
      isLocked ? proof : { ...proof, refused: 'invalid_parameters', details: wrongPassword('is wrong') },
    );
  }
}

function wrongPassword(what: string): AuthErrorDetails {
  return { parameters: [{ parameter: 'current_password', error: `current_password ${what}` }] };
}
