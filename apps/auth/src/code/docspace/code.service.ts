import { Injectable } from '@nestjs/common';
import { changeLanguage } from '@app/accounts';
import { Config } from '@app/config';
import { Database, together } from '@app/database';
import { digest, plusSeconds, randomToken, type Call } from '@app/kernel';
import { startProven } from '@app/sessions';
import { DocspaceDecision } from './second-factor/decision.js';
import type { SignInRequest, SignInStep } from './first-factor/credentials.js';
import { DocspaceFirstFactor } from './first-factor/first-factor.service.js';

const TOKEN_BITS = 256;

/** Both factors in one call. */
@Injectable()
export class DocspaceCodeService {
  constructor(
    private readonly database: Database,
    private readonly firstFactor: DocspaceFirstFactor,
    private readonly decision: DocspaceDecision,
    private readonly config: Config,
  ) {}

  async verify(call: Call, { proof, language, transient }: SignInRequest, code: string): Promise<SignInStep> {
    const proven = await this.firstFactor.prove(call, proof);
    const awaited = await this.decision.await(call, proven.hold('held'), proven.also, code);
    if (!awaited) return this.firstFactor.refuseProven(call, proven, 'credentials_wrong', 'changed');

    const { lifeSeconds } = this.config.sessions;
    const token = randomToken(TOKEN_BITS);
    const session = { id: call.nextId(), tokenHash: digest(token), first: proven.method, lifeSeconds };
    const gate = proven.hold('held', awaited.setup !== null);
    const { admit, spent } = proven;
    const started = { session: startProven(call, session, admit ? 'admitted' : 'proven') };
    const parts = together(admit?.('proven') ?? {}, started, spent);
    await this.decision.decide(call, gate, awaited, code, parts);

    if (language) await this.database.rows(changeLanguage(call, proven.account.id, language));
    const phone = awaited.setup?.phone ?? awaited.phone ?? undefined;
    return {
      factor: awaited.second_factor,
      phone,
      signedIn: { token, expiresAt: plusSeconds(call.now, lifeSeconds), transient },
    };
  }
}
