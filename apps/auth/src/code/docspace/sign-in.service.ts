import { Injectable } from '@nestjs/common';
import { changeLanguage } from '@app/accounts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, part, type Part, sql, statement } from '@app/database';
import { digest, plusSeconds, randomToken, type RequestContext } from '@app/kernel';
import { SessionsRepository, type OwnedSession } from '@app/sessions';
import { FirstFactor, type ProvenFactor, retryOnConflict } from '@app/sign-in';
import { DocspaceChallenge, type Challenge } from './second-factor/challenge.js';
import { refuseOvertaken } from './second-factor/overtaken.js';
import type { SignInRequest, SignInStep } from './first-factor/credentials.js';
import { WaitingIdentities } from './steps/waiting-identity.js';
import { DocspaceFirstFactor } from './first-factor/first-factor.service.js';

const TOKEN_BITS = 256;

interface OpenedStep {
  challenge: Challenge;
  codeExpiresAt?: Date;
}

/** The first step: a session, or for an account with a second factor one that waits for it. */
@Injectable()
export class DocspaceSignInService {
  constructor(
    private readonly database: Database,
    private readonly proofs: DocspaceFirstFactor,
    private readonly firstFactor: FirstFactor,
    private readonly challenges: DocspaceChallenge,
    private readonly sessions: SessionsRepository,
    private readonly identities: WaitingIdentities,
    private readonly config: Config,
  ) {}

  /** @throws AuthError those of `DocspaceFirstFactor.prove` */
  async signIn(call: RequestContext, { proof, language, transient }: SignInRequest): Promise<SignInStep> {
    const proven = await this.proofs.prove(call, proof);
    const { id, phone, second_factor: factor } = proven.account;
    const secret = randomToken(TOKEN_BITS);
    const token = factor === 'none' ? secret : this.identities.keyOf(secret, proven.unlinked);
    const opening = retryOnConflict(() => this.open(call, proven, language, token));
    const step = (await opening.catch(refuseOvertaken)) ?? (await this.firstFactor.overtaken(call, proven));
    const { challenge, codeExpiresAt } = step;
    if (factor !== 'none') {
      const awaits = { key: token, setUp: challenge.setUp, codeExpiresAt };
      return { factor, phone: phone ?? undefined, awaits, secret: challenge.secret };
    }
    if (language) await this.database.rows(changeLanguage(call, id, language));
    const expiresAt = plusSeconds(call.now, this.config.sessions.lifeSeconds);
    return { factor, signedIn: { token, expiresAt, transient } };
  }

  /** No step: the account has changed since its owner was proven. */
  private async open(
    call: RequestContext,
    proven: ProvenFactor,
    language: string | undefined,
    token: string,
  ): Promise<OpenedStep | undefined> {
    const { account, method, admit, spent } = proven;
    const stage = account.second_factor === 'none' ? 'signed_in' : 'pending';
    const signsIn = stage === 'signed_in';
    const held = proven.hold();
    const challenge = await this.challenges.of(call, account, held, language);
    const { admitted, effects } = (signsIn && admit?.(held)) || { admitted: held, effects: [] };
    const begun = { id: call.nextId(), stage, tokenHash: digest(token), method } as const;
    const session = this.sessions.start(call, begun, admitted);
    const opened = openedStep(proven, session, challenge);
    const row = await this.database.row(
      statement(
        opened,
        ...effects,
        ...challenge.effects,
        ...proven.also(held, signsIn),
        ...((signsIn && spent?.(session)) || []),
        audit(call, proven.event, opened),
      ),
    );
    return row && { challenge, codeExpiresAt: row.code_expires_at ?? undefined };
  }
}

function openedStep(
  { attemptId }: ProvenFactor,
  session: Part<OwnedSession>,
  { codeLife }: Challenge,
): Part<Recorded & { code_expires_at: Date | null }> {
  const expiresAt = codeLife ? sql`(SELECT expires_at FROM ${codeLife})` : sql`NULL::timestamptz`;
  return part(
    'opened',
    sql`
    SELECT 'accepted' AS outcome, account_id, session_id, ${attemptId ?? null}::bigint AS attempt_id,
      ${expiresAt} AS code_expires_at FROM ${session}`,
  );
}
