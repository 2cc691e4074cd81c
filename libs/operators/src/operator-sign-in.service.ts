import { Injectable } from '@nestjs/common';
import { PasswordHasher, TotpFactors } from '@app/accounts';
import { Config } from '@app/config';
import { Database, type Part, statement } from '@app/database';
import { digest, plusSeconds, randomToken, type RequestContext } from '@app/kernel';
import { endOperatorSession, openOperatorSession, type PresentedOperator } from './operator-sessions.js';
import { acceptCode, countCode, factorsOf, type ChangedOperator, type OperatorFactors } from './operators.js';
import { recordedOperator, refusedOperator } from './recorded.js';

const TOKEN_BITS = 256;

/** A session that was opened: its token, for the cookie, and who is in it. */
export interface OpenedSession extends ChangedOperator {
  token: string;
}

/** What the authenticator of an operator is sealed for: ids of operators and accounts come from one series, and this is no account's. */
export const sealedFor = (operatorId: string): string => `operator ${operatorId}`;

/**
 * Both factors at once: no answer says which of them was wrong, or whether there is such an operator. How often it may be tried is the
 * route's to say; codes behind the right password are counted here.
 */
@Injectable()
export class OperatorSignInService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly totp: TotpFactors,
    private readonly config: Config,
  ) {}

  /**
   * Undefined: it was refused; the audit log says why.
   * @throws AuthError `busy` when too many passwords wait to be hashed: nothing was tried then
   */
  async signIn(
    call: RequestContext,
    email: string,
    password: string,
    code: string,
  ): Promise<OpenedSession | undefined> {
    return this.hasher.admit(async () => {
      const operator = await this.database.row(factorsOf(email));
      // Without an operator the same work is done against a decoy.
      const knows = await this.hasher.verify(operator?.password_hash, password);
      const counted = await this.database.row(countCode(operator, knows));
      if (!operator) return this.refuse(call, 'unknown');
      if (!counted) return this.refuse(call, knows ? 'locked' : 'wrong_password', operator);
      return this.signInWith(call, operator, code);
    });
  }

  async signOut(call: RequestContext, { session_id }: PresentedOperator): Promise<void> {
    const ended = endOperatorSession(session_id);
    await this.database.rows(statement(ended, recordedOperator(call, 'operator.sign_out', 'ended', ended)));
  }

  /** What opens a session for whoever has just proven both factors, and its token. */
  session(call: RequestContext, operator: Part<ChangedOperator>) {
    const token = randomToken(TOKEN_BITS);
    const expiresAt = plusSeconds(call.now, this.config.console.sessionSeconds);
    const session = { id: call.nextId(), tokenHash: digest(token), expiresAt };
    return { token, ...openOperatorSession(call, session, operator) };
  }

  /** Behind the right password, when the code is counted already. */
  private async signInWith(
    call: RequestContext,
    operator: OperatorFactors,
    code: string,
  ): Promise<OpenedSession | undefined> {
    const { id, totp_sealed } = operator;
    const step = this.totp.stepOf(sealedFor(id), totp_sealed as string, code, call.now);
    if (step === undefined) return this.refuse(call, 'wrong_code', operator);
    const accepted = acceptCode(operator, step);
    const { token, opened, purged } = this.session(call, accepted);
    const audited = recordedOperator(call, `operator.sign_in ${operator.email}`, 'signed_in', accepted);
    const row = await this.database.row(statement(accepted, opened, purged, audited));
    return row ? { ...row, token } : this.refuse(call, 'used_code', operator);
  }

  private async refuse(
    call: RequestContext,
    outcome: string,
    operator?: OperatorFactors,
  ): Promise<undefined> {
    const event = operator ? (`operator.sign_in ${operator.email}` as const) : 'operator.sign_in';
    await this.database.rows(refusedOperator(call, event, outcome));
  }
}
