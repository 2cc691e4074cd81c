import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthError, bearerToken, Clock } from '@app/kernel';
import { AccessTokens, type AccessTokenClaims } from './access-tokens.js';
import type { Request } from 'express';

const SCOPES = Symbol('scopes');
const BEARER = Symbol('bearer');

type Carrier = Request & { [BEARER]?: AccessTokenClaims };

/** The call takes an access token with any of these scopes. */
export const NeedsScope = (...scopes: string[]) => SetMetadata(SCOPES, scopes);

/** The claims of the access token of this call. */
export const Bearer = createParamDecorator((_: unknown, context: ExecutionContext): AccessTokenClaims => {
  const claims = context.switchToHttp().getRequest<Carrier>()[BEARER];
  if (!claims) throw new Error('the route has no BearerGuard');
  return claims;
});

/**
 * Checks the access token by its signature, without a round trip. Whether its session has ended meanwhile is the business of
 * the statement that reads or changes something.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly reflector: Reflector,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Carrier>();
    const token = bearerToken(request.headers.authorization);
    const claims = token && (await this.tokens.verify(token, this.clock.now()));
    const scopes = this.reflector.get<string[]>(SCOPES, context.getHandler());
    if (!claims || !scopes.some((scope) => claims.scopes.includes(scope)))
      throw new AuthError('session_not_found');
    request[BEARER] = claims;
    return true;
  }
}
