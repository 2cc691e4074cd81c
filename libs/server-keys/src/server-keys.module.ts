import {
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnModuleInit,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AuthError } from '@app/kernel';
import { ServerKeysRepository } from './server-keys.repository.js';
import { ServerKeys } from './server-keys.js';

const BEAT_MS = 10_000;

/** The key ring of this process. Whoever works with it compares it first (`ServerKeys.compare`); the service does so at its start. */
@Module({ providers: [ServerKeysRepository, ServerKeys], exports: [ServerKeysRepository, ServerKeys] })
export class ServerKeysModule {
  static forService(): DynamicModule {
    return { module: ServiceKeysModule, imports: [ServerKeysModule] };
  }
}

/** A process of the service enters before anything of it begins to work, and says that it is up until it ends. */
@Module({})
class ServiceKeysModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(private readonly keys: ServerKeys) {}

  async onModuleInit(): Promise<void> {
    await this.keys.join();
  }

  @Interval(BEAT_MS)
  async beat(): Promise<void> {
    try {
      await this.keys.beat();
    } catch (error) {
      // The database is away or restarts; the next beat comes.
      if (!(error instanceof AuthError)) throw error;
    }
  }

  /** Those that stay need not wait for us. A database that is away does not keep the process up. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.keys.leave().catch(() => undefined);
  }
}
