import { Global, Module } from '@nestjs/common';
import { AccountsModule, Newcomers } from '@app/accounts';
import { Importer } from '../import/importer.js';
import { PersonReader } from '../import/person-reader.js';
import { PersonSecrets } from '../import/person-secrets.js';
import { MigrationHook } from './migration-hook.js';

/** Only where `MIGRATION_URL` is set: without it nobody is asked for anybody. Global, because the check of passwords knows no one who asks. */
@Global()
@Module({
  imports: [AccountsModule],
  providers: [Importer, PersonReader, PersonSecrets, { provide: Newcomers, useClass: MigrationHook }],
  exports: [Newcomers],
})
export class MigrationModule {}
