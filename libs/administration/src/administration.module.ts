import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { ServerKeysModule } from '@app/server-keys';
import { OwnerNotices } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { AccountDetailsService } from './account-details.service.js';
import { AccountSearchService } from './account-search.service.js';
import { AccountStateService } from './account-state.service.js';
import { AccountTimelineService } from './account-timeline.service.js';
import { AccountsService } from './accounts.service.js';
import { AttemptsService } from './attempts.service.js';
import { AuditService } from './audit.service.js';
import { DeletionModule } from './deletion/deletion.module.js';
import { PeopleExport } from './export/people-export.service.js';
import { PersonalData } from './export/personal-data.service.js';
import { IdentitiesService } from './identities.service.js';
import { ImportService } from './import/import.service.js';
import { Importer } from './import/importer.js';
import { PersonReader } from './import/person-reader.js';
import { PersonSecrets } from './import/person-secrets.js';
import { KeyRingService } from './key-ring.service.js';
import { KeysService } from './keys.service.js';
import { MailedKeysService } from './mailed-keys.service.js';
import { NamesService } from './names.service.js';
import { ReadingsService } from './readings.service.js';
import { RecoveriesService } from './recoveries.service.js';
import { ResealService } from './reseal.service.js';
import { ServiceKeysService } from './service-keys.service.js';
import { SessionsService } from './sessions.service.js';
import { StatisticsService } from './statistics.service.js';

const services = [
  AccountsService,
  AccountSearchService,
  AccountTimelineService,
  AccountDetailsService,
  AccountStateService,
  SessionsService,
  AttemptsService,
  KeysService,
  KeyRingService,
  ServiceKeysService,
  ResealService,
  MailedKeysService,
  IdentitiesService,
  NamesService,
  AuditService,
  ImportService,
  StatisticsService,
  PeopleExport,
  PersonalData,
  ReadingsService,
  RecoveriesService,
];

/** What an operator does, by whatever way: each way reads what is asked, calls one of these, and says what came of it. */
@Module({
  imports: [ServerKeysModule, AccountsModule, AttemptsModule, TokensModule, DeletionModule],
  providers: [OwnerNotices, Importer, PersonReader, PersonSecrets, ...services],
  exports: [...services, DeletionModule],
})
export class AdministrationModule {}
