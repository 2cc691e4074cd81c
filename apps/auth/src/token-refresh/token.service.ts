import { Injectable } from '@nestjs/common';
import type { RequestContext, Identifier } from '@app/kernel';
import { TokenPairs, type TokenPair } from '@app/tokens';
import { PasswordTokenService, type BegunSession } from './password-token.service.js';
import { RefreshService } from './refresh.service.js';
import { SecondFactorService } from './second-factor.service.js';

/** The three ways to tokens. The access token is signed when the statement has come back: it needs no round trip. */
@Injectable()
export class TokenService {
  constructor(
    private readonly passwords: PasswordTokenService,
    private readonly refreshes: RefreshService,
    private readonly factors: SecondFactorService,
    private readonly pairs: TokenPairs,
  ) {}

  async signIn(call: RequestContext, login: Identifier, password: string): Promise<TokenPair> {
    return this.issue(call, await this.passwords.signIn(call, login, password));
  }

  async refresh(call: RequestContext, refreshToken: string): Promise<TokenPair> {
    return this.issue(call, await this.refreshes.refresh(call, refreshToken));
  }

  async confirm(call: RequestContext, refreshToken: string, code: string): Promise<TokenPair> {
    return this.issue(call, await this.factors.confirm(call, refreshToken, code));
  }

  private issue({ now }: RequestContext, { holder, refreshToken }: BegunSession): Promise<TokenPair> {
    return this.pairs.issue(holder, refreshToken, now);
  }
}
