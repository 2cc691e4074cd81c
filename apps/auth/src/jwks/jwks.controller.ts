import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Clock } from '@app/kernel';
import { JWKS_MAX_AGE_SECONDS, SigningKeys } from '@app/tokens';
import { JwksResponse } from './jwks.dto.js';

@Controller('.well-known')
@ApiTags('tokens')
export class JwksController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * The public keys that verify access tokens, for everybody. Keep them for as long as `Cache-Control` says: a new key is
   * here for ten minutes before it signs, and an old one until its last token has expired.
   */
  @Get('jwks.json')
  @Header('Cache-Control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`)
  @Header('Access-Control-Allow-Origin', '*')
  @Header('Cross-Origin-Resource-Policy', 'cross-origin')
  async jwks(): Promise<JwksResponse> {
    return { keys: await this.keys.published(this.clock.now()) };
  }
}
