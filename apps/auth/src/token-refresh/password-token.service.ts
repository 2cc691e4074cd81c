import { Injectable } from '@nestjs/common';
import { withAccount } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import type { RequestContext, Identifier } from '@app/kernel';
import { RefreshRotation, RefreshTokens, type StartedBy } from '@app/sessions';
import { FirstFactor, inSession, type ProvenFactor, SecondFactorChallenge } from '@app/sign-in';
import type { TokenHolder } from '@app/tokens';

/** A session that has just begun, and the refresh token that nobody else has. */
export interface BegunSession {
  holder: TokenHolder;
  refreshToken: string;
}

/** The client is told no more than that it cannot sign in. */
const POLICY = { disabled: 'credentials_wrong', reachable: true } as const;

/** A password for a session; with a second factor, one that is good for nothing but to finish. */
@Injectable()
export class PasswordTokenService {
  constructor(
    private readonly database: Database,
    private readonly firstFactor: FirstFactor,
    private readonly challenge: SecondFactorChallenge,
    private readonly tokens: RefreshTokens,
    private readonly rotation: RefreshRotation,
  ) {}

  /** @throws AuthError those of `FirstFactor.byPassword` */
  async signIn(call: RequestContext, login: Identifier, password: string): Promise<BegunSession> {
    const proven = await this.firstFactor.byPassword(call, login, password, POLICY);
    return (await this.begin(call, proven)) ?? this.firstFactor.overtaken(call, proven);
  }

  private async begin(call: RequestContext, proven: ProvenFactor): Promise<BegunSession | undefined> {
    const { id: account_id, second_factor: factor } = proven.account;
    const token = this.tokens.first();
    const id = call.nextId();
    const stage = factor === 'none' ? 'signed_in' : 'pending';
    const held = proven.hold();
    const starting = part<StartedBy>(
      'starting',
      sql`SELECT account_id, security_stamp, ${stage}::text AS stage FROM ${held}`,
    );
    const session = this.rotation.start(call, { id, method: 'pwd', token }, starting);
    const binding = inSession.binding({ account_id, session_id: id });
    const holder = await this.database.row(
      statement(
        withAccount(call, session),
        ...(factor === 'none' ? [] : this.challenge.open(call, factor, session, binding)),
        ...proven.also(held),
        audit(call, proven.event, recordedAs('accepted', session)),
      ),
    );
    return holder && { holder, refreshToken: token.token };
  }
}
