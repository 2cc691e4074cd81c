import { Injectable } from '@nestjs/common';
import { changeLanguage } from '@app/accounts';
import { Config } from '@app/config';
import { Database, type Part, sql } from '@app/database';
import { digest, isFactorCode, plusSeconds, randomToken, type RequestContext } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { FirstFactor, type ProvenFactor, type ProvenSecond } from '@app/sign-in';
import { DocspaceDecision, type MakeSession } from './second-factor/decision.js';
import type { ShownCode, SignInRequest, SignInStep } from './first-factor/credentials.js';
import { refusedParameter } from './refused-parameter.js';
import { DocspaceFirstFactor } from './first-factor/first-factor.service.js';

const TOKEN_BITS = 256;

/** Both factors in one call. */
@Injectable()
export class DocspaceCodeService {
  constructor(
    private readonly database: Database,
    private readonly proofs: DocspaceFirstFactor,
    private readonly firstFactor: FirstFactor,
    private readonly decision: DocspaceDecision,
    private readonly sessions: SessionsRepository,
    private readonly config: Config,
  ) {}

  /**
   * What a person typed may be wrong; a path that can be no code is a call that we do not have, and must not pass for a guess.
   *
   * @throws AuthError those of `DocspaceFirstFactor.prove` and `DocspaceDecision`, `invalid_parameters`
   */
  async verify(
    call: RequestContext,
    { proof, language, transient }: SignInRequest,
    { code, inPath }: ShownCode,
  ): Promise<SignInStep> {
    const proven = await this.proofs.prove(call, proof);
    if (inPath && !isFactorCode(code))
      throw refusedParameter('code', 'code must be six digits or a backup code');
    const held = proven.hold();
    const awaited = await this.decision.await(call, held, code, proven.also(held));
    if (!awaited) return this.firstFactor.overtaken(call, proven);

    const token = randomToken(TOKEN_BITS);
    const alone = awaited.setup !== null;
    await this.decision.decide(call, proven.hold(alone), awaited, code, this.make(call, proven, token));

    if (language) await this.database.rows(changeLanguage(call, proven.account.id, language));
    const phone = awaited.setup?.phone ?? awaited.phone ?? undefined;
    const expiresAt = plusSeconds(call.now, this.config.sessions.lifeSeconds);
    return { factor: awaited.second_factor, phone, signedIn: { token, expiresAt, transient } };
  }

  private make(call: RequestContext, { method, admit, spent }: ProvenFactor, token: string): MakeSession {
    const tokenHash = digest(token);
    const begun = { id: call.nextId(), stage: 'signed_in', tokenHash, method } as const;
    return (second: Part<ProvenSecond>) => {
      const { admitted, effects } = admit?.(second) ?? { admitted: second, effects: [] };
      const session = this.sessions.start(call, { ...begun, second: sql`f.method` }, admitted);
      return { session, effects: [...effects, ...(spent?.(session) ?? [])] };
    };
  }
}
