import 'reflect-metadata';
import type { DataSourceOptions } from 'typeorm';
import { CredentialEntity, PendingRecoveryEntity } from '@app/accounts';
import {
  AccountEntity,
  BackupCodeEntity,
  ContactChangeEntity,
  ExternalIdentityEntity,
  FactorSetupEntity,
  ImportedAccountEntity,
  PasswordFailuresEntity,
  SignUpEntity,
  TotpFactorEntity,
} from '@app/accounts';
import { ImportEntity, ImportFindingEntity } from '@app/administration';
import { AttemptEntity, GuessBudgetEntity, MagicLinkEntity, SendWindowEntity } from '@app/attempts';
import { AuditEventEntity, StreamedEventEntity } from '@app/audit';
import { migrations, patience, type Pooler } from '@app/database';
import {
  DeliveryEventEntity,
  MessageEntity,
  RecipientSendsEntity,
  SendCountEntity,
  SuppressedAddressEntity,
} from '@app/delivery';
import { IdempotentCallEntity } from '@app/idempotency';
import { OperatorEntity, OperatorSessionEntity } from '@app/operators';
import { ReplicaEntity, ServerKeyEntity } from '@app/server-keys';
import { ServiceKeyEntity } from '@app/service-keys';
import { BrowserAttemptEntity, BrowserSessionEntity, SessionEntity } from '@app/sessions';
import { SigningKeyEntity } from '@app/tokens';

/** How long a statement, or a transaction between two of them, may take. */
const PATIENCE_MS = 15_000;

/**
 * The one place that says how to connect: for the service, its command line and its tests.
 * `url`: a Postgres connection URL; `poolSize`: connections of this process, at least 2 (one holds the migration lock); `pooler`: see
 * `DATABASE_POOLER`.
 */
export function dataSourceOptions(url: string, poolSize = 10, pooler: Pooler = 'none'): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    poolSize,
    applicationName: 'countersign',
    entities: [
      AccountEntity,
      CredentialEntity,
      PendingRecoveryEntity,
      TotpFactorEntity,
      FactorSetupEntity,
      BackupCodeEntity,
      ContactChangeEntity,
      PasswordFailuresEntity,
      ExternalIdentityEntity,
      ImportedAccountEntity,
      ImportEntity,
      ImportFindingEntity,
      SessionEntity,
      BrowserSessionEntity,
      BrowserAttemptEntity,
      SignUpEntity,
      SigningKeyEntity,
      ServerKeyEntity,
      ReplicaEntity,
      AttemptEntity,
      MagicLinkEntity,
      GuessBudgetEntity,
      SendWindowEntity,
      MessageEntity,
      RecipientSendsEntity,
      SendCountEntity,
      DeliveryEventEntity,
      SuppressedAddressEntity,
      AuditEventEntity,
      StreamedEventEntity,
      IdempotentCallEntity,
      ServiceKeyEntity,
      OperatorEntity,
      OperatorSessionEntity,
    ],
    migrations,
    migrationsTableName: 'migrations',
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    connectTimeoutMS: 5000,
    extra: { keepAlive: true, ...patience(pooler, PATIENCE_MS) },
  };
}
