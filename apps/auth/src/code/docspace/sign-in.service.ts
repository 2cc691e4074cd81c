import { Injectable } from '@nestjs/common';
import { changeLanguage } from '@app/accounts';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { Database, sql, statementOf, together } from '@app/database';
import { digest, plusSeconds, randomToken, type Call } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { crossing } from './second-factor/attempts.js';
import { DocspaceChallenge, type Challenge } from './second-factor/challenge.js';
import type { SignInRequest, SignInStep } from './first-factor/credentials.js';
import { DocspaceFirstFactor } from './first-factor/first-factor.service.js';
import { NO_ATTEMPT, type Proven } from './first-factor/proof.js';

const TOKEN_BITS = 256;

/** The first step: a session, or for an account with a second factor one that waits for it. */
@Injectable()
export class DocspaceSignInService {
  constructor(
    private readonly database: Database,
    private readonly firstFactor: DocspaceFirstFactor,
    private readonly challenges: DocspaceChallenge,
    private readonly sessions: SessionsRepository,
    private readonly config: Config,
  ) {}

  async signIn(call: Call, { proof, language, transient }: SignInRequest): Promise<SignInStep> {
    const proven = await this.firstFactor.prove(call, proof);
    const { account } = proven;
    const token = randomToken(TOKEN_BITS);
    const step = await crossing(() => this.open(call, proven, language, token));
    this.challenges.sent();
    if (!step) return this.firstFactor.refuseProven(call, proven, 'credentials_wrong', 'changed');
    const { challenge, codeExpiresAt } = step;
    if (account.second_factor !== 'none') {
      const awaits = { key: token, setUp: challenge.setUp, codeExpiresAt };
      return {
        factor: account.second_factor,
        phone: account.phone ?? undefined,
        awaits,
        secret: challenge.secret,
      };
    }
    if (language) await this.database.rows(changeLanguage(call, account.id, language));
    const expiresAt = plusSeconds(call.now, this.config.sessions.lifeSeconds);
    return { factor: 'none', signedIn: { token, expiresAt, transient } };
  }

  /** No step: the account has changed since its owner was proven. */
  private async open(
    call: Call,
    proven: Proven,
    language: string | undefined,
    token: string,
  ): Promise<OpenedStep | undefined> {
    const { account, method, hold, also, spent, admit, attempt = NO_ATTEMPT } = proven;
    const challenge = await this.challenges.of(call, account, language);
    const stage = account.second_factor === 'none' ? 'signed_in' : 'pending';
    const signsIn = stage === 'signed_in';
    const admitted = (signsIn && admit?.('held')) || {};
    const session = { id: call.nextId(), stage, tokenHash: digest(token), method } as const;
    const from = 'admitted' in admitted ? 'admitted' : 'held';
    const started = { session: this.sessions.start(call, session, from) };
    const parts = together(hold('held'), admitted, started, challenge.parts, also, signsIn ? spent : {}, {
      verdict: sql`SELECT 'accepted' AS outcome, account_id, session_id, (${attempt}) AS attempt_id FROM session`,
      audited: audit(call, proven.event, 'verdict'),
    });
    const codeLife =
      'code_life' in challenge.parts ? sql`(SELECT expires_at FROM code_life)` : sql`NULL::timestamptz`;
    const answer = sql`SELECT ${codeLife} AS code_expires_at FROM session`;
    const row = await this.database.row<{ code_expires_at: Date | null }>(statementOf(parts, answer));
    return row && { challenge, codeExpiresAt: row.code_expires_at ?? undefined };
  }
}

interface OpenedStep {
  challenge: Challenge;
  codeExpiresAt?: Date;
}
