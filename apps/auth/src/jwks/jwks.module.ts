import { Module, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@app/kernel';
import { SigningKeys, TokensModule } from '@app/tokens';
import { JwksController } from './jwks.controller.js';

/** The published keys. The service does not start without a key that it can open and sign with. */
@Module({ imports: [TokensModule], controllers: [JwksController] })
export class JwksModule implements OnModuleInit {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.keys.signer(this.clock.now());
  }
}
