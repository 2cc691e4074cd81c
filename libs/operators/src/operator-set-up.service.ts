import { Injectable } from '@nestjs/common';
import { NewPassword, TOTP_LABEL, TotpFactors } from '@app/accounts';
import { Database, statement } from '@app/database';
import { AuthError, digest, KeyRing, type RequestContext } from '@app/kernel';
import { OperatorSignInService, sealedFor, type OpenedSession } from './operator-sign-in.service.js';
import { giveFactors, invitedOperator, type ChangedOperator } from './operators.js';
import { recordedOperator } from './recorded.js';

/** An authenticator that is offered and not stored: `sealed` comes back with the code that proves it. */
export interface OfferedAuthenticator {
  sealed: string;
  secret: string;
  uri: string;
}

/** What whoever answers an invitation has sent. `sealed`: of the authenticator that was offered. */
export interface Answer {
  sealed: string;
  password: string;
  code: string;
}

/** The answer to an invitation: a password and an authenticator, at once. */
@Injectable()
export class OperatorSetUpService {
  constructor(
    private readonly database: Database,
    private readonly passwords: NewPassword,
    private readonly totp: TotpFactors,
    private readonly keyRing: KeyRing,
    private readonly signIn: OperatorSignInService,
  ) {}

  /** Whom an open invitation is for. Looking at it changes nothing: scanners of mail open links too. */
  find(call: RequestContext, token: string): Promise<ChangedOperator | undefined> {
    return this.database.row(invitedOperator(digest(token), call.now));
  }

  /**
   * Another one at each look, or again the one of `sealed`: that a scanner has seen one is worth nothing. Undefined: `sealed` is none that
   * this operator was offered.
   */
  offer({ id, email }: ChangedOperator, sealed?: string): OfferedAuthenticator | undefined {
    const label = `${email} (console)`;
    if (sealed === undefined) return this.totp.create(sealedFor(id), label);
    try {
      return { sealed, ...this.totp.reveal(sealedFor(id), sealed, label) };
    } catch {
      return undefined;
    }
  }

  /**
   * Takes both and opens a session. Undefined: the code is not right, or the invitation is no longer open.
   * @throws AuthError `password_weak` with the reason as the parameter `password`, `busy`
   */
  async answer(
    call: RequestContext,
    token: string,
    invited: ChangedOperator,
    { sealed, password, code }: Answer,
  ): Promise<OpenedSession | undefined> {
    const step = this.totp.stepOf(sealedFor(invited.id), sealed, code, call.now);
    if (step === undefined) return undefined;
    const passwordHash = await this.passwords.hash(password, [invited.email]);
    const totpSealed = this.keyRing.reseal(TOTP_LABEL, sealedFor(invited.id), sealed) ?? sealed;
    const given = giveFactors(digest(token), { passwordHash, totpSealed, step }, call.now);
    const { token: opens, opened, purged } = this.signIn.session(call, given);
    const audited = recordedOperator(call, `operator.set_up ${invited.email}`, 'done', given);
    const row = await this.database.row(statement(given, opened, purged, audited));
    if (!row) throw new AuthError('link_expired');
    return { ...row, token: opens };
  }
}
