import { Injectable } from '@nestjs/common';
import { changeLanguage, holdAccount, holdAlone } from '@app/accounts';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { digest, plusSeconds, randomToken, type Call } from '@app/kernel';
import { startProven } from '@app/sessions';
import { DocspaceDecision } from './docspace-decision.js';
import type { SignInRequest, SignInStep } from './docspace-credentials.js';
import { DocspaceFirstFactor } from './docspace-first-factor.service.js';

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
    const { account, method, also } = await this.firstFactor.prove(call, proof);
    const awaited = await this.decision.await(call, { held: holdAccount(account, call.now) }, also, code);
    if (!awaited)
      return this.firstFactor.refuse(call, account.id, { code: 'credentials_wrong', outcome: 'changed' });

    const { lifeSeconds } = this.config.sessions;
    const token = randomToken(TOKEN_BITS);
    const session = { id: call.nextId(), tokenHash: digest(token), first: method, lifeSeconds };
    const held = awaited.setup ? holdAlone(account, call.now) : holdAccount(account, call.now);
    const parts = { session: startProven(call, session, 'proven') };
    await this.decision.decide(call, { held }, awaited, code, { id: session.id, parts });

    if (language) await this.database.rows(changeLanguage(call, account.id, language));
    const phone = awaited.setup?.phone ?? awaited.phone ?? undefined;
    return {
      factor: awaited.second_factor,
      phone,
      signedIn: { token, expiresAt: plusSeconds(call.now, lifeSeconds), transient },
    };
  }
}
