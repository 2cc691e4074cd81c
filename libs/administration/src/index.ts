export { AccountDetailsService } from './account-details.service.js';
export { AccountSearchService, type AccountSearch, type FoundAccounts } from './account-search.service.js';
export { AccountStateService, type AccountState } from './account-state.service.js';
export { AccountTimelineService, type Timeline, type TimelineEntry } from './account-timeline.service.js';
export {
  AccountsService,
  type AccountRequest,
  type ChangedSecondFactor,
  type CreatedAccount,
} from './accounts.service.js';
export { AdministrationModule } from './administration.module.js';
export { AccountDeletion, type Asked, type Restored } from './deletion/account-deletion.js';
export { DeletionModule } from './deletion/deletion.module.js';
export { PeopleExport, type ExportRequest } from './export/people-export.service.js';
export { PersonalData, type KeptAboutPerson } from './export/personal-data.service.js';
export { AttemptsService, type AttemptHistory } from './attempts.service.js';
export { AuditService, type AuditPage } from './audit.service.js';
export { missingFor } from './identifiers.js';
export { ImportEntity, ImportFindingEntity } from './import/import.entity.js';
export { FORMATS, type FormatName } from './import/formats/index.js';
export type { ImportCounts } from './import/import-check.js';
export type { ImportOptions } from './import/import-options.js';
export type { Finding } from './import/import-progress.js';
export { ImportService, type Imported } from './import/import.service.js';
export { MigrationModule } from './migration/migration.module.js';
export { UnreadableFile } from './import/files/entry.js';
export { Person } from './person.js';
export { IdentitiesService } from './identities.service.js';
export { KeyRingService, type KeyInUse, type RingStatus } from './key-ring.service.js';
export { KeysService } from './keys.service.js';
export { MailedKeysService, type InvitationRequest, type MailedKey } from './mailed-keys.service.js';
export { NamesService, type FoundName, type NameCheck } from './names.service.js';
export { OperatorError } from './operator-error.js';
export { ResealService, type Resealed } from './reseal.service.js';
export {
  ServiceKeysService,
  type CreatedServiceKey,
  type ServiceKeyRequest,
} from './service-keys.service.js';
export { SessionsService } from './sessions.service.js';
export {
  attemptSentence,
  eventSentence,
  handOverSentence,
  messageSentence,
  reportSentence,
  statusOf,
} from './attempt.sentences.js';
export { accountFacts, attemptFacts, eventFacts, messageFacts, reportFacts, sessionFacts } from './facts.js';
export { ReadingsService } from './readings.service.js';
export { RecoveriesService, type WaitingRecovery } from './recoveries.service.js';
export { count, instant, only } from './words.js';
export { StatisticsService, type HourOfStatistics, type Statistics } from './statistics.service.js';
export { faultOf, FieldFault, fields, unspoken, type Field } from './fields.js';
