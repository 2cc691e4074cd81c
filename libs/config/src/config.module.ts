import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, KeyRing, SystemClock } from '@app/kernel';
import { Config } from './config.js';
import { readEnvironment } from './read-config.js';
import { loadKeyRing } from './key-file.js';

/** What every room needs: the configuration, the key ring and the time. */
@Global()
@Module({})
export class ConfigModule {
  /** `config`: what a test runs with; the process's environment otherwise. */
  static forRoot(config?: Config): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Config, useFactory: () => config ?? readEnvironment() },
        { provide: KeyRing, useFactory: loadKeyRing, inject: [Config] },
        { provide: Clock, useClass: SystemClock },
      ],
      exports: [Config, KeyRing, Clock],
    };
  }
}
