import { userInfo } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import {
  AccountDeletion,
  AccountsService,
  AccountStateService,
  AttemptsService,
  AuditService,
  IdentitiesService,
  ImportService,
  KeyRingService,
  KeysService,
  MailedKeysService,
  NamesService,
  PeopleExport,
  PersonalData,
  ResealService,
  ServiceKeysService,
  SessionsService,
} from '@app/administration';
import type { Config } from '@app/config';
import { Clock, Ids, type RequestContext } from '@app/kernel';
import { OperatorsService } from '@app/operators';
import { Speeches } from '@app/pages';
import { ServerKeys } from '@app/server-keys';
import { CliModule } from './cli.module.js';
import { onDatabase, requireMigrated } from './on-database.js';

/** What commands work with: the services, and the call under which they are recorded. */
export interface Operator {
  accounts: AccountsService;
  deletion: AccountDeletion;
  state: AccountStateService;
  sessions: SessionsService;
  attempts: AttemptsService;
  keys: KeysService;
  keyRing: KeyRingService;
  serviceKeys: ServiceKeysService;
  sealed: ResealService;
  mailedKeys: MailedKeysService;
  identities: IdentitiesService;
  imports: ImportService;
  names: NamesService;
  audit: AuditService;
  operators: OperatorsService;
  peopleExport: PeopleExport;
  personalData: PersonalData;
  speeches: Speeches;
  call: RequestContext;
}

/**
 * Opens the database, which has to be migrated, for the length of `work`. `keepsRing`: whether it is the key ring that is looked after, with
 * whatever ring is there; everything else needs the one of the service.
 */
export async function operate<T>(
  config: Config,
  log: (line: string) => void,
  work: (operator: Operator) => Promise<T>,
  { keepsRing = false } = {},
): Promise<T> {
  return onDatabase(config, log, async (url) => {
    await requireMigrated(url);
    const options = { logger: false, abortOnError: false } as const;
    const nest = await NestFactory.createApplicationContext(CliModule.forRoot(config, url), options);
    try {
      // A ring that was made up is the right one for this machine's own database alone.
      const isGiven = config.keys !== undefined || !config.database.url;
      if (!keepsRing) await nest.get(ServerKeys).compare(isGiven);
      return await work(operatorOf(nest, config));
    } finally {
      await nest.close();
    }
  });
}

function operatorOf(nest: INestApplicationContext, { events }: Config): Operator {
  return {
    accounts: nest.get(AccountsService),
    deletion: nest.get(AccountDeletion),
    state: nest.get(AccountStateService),
    sessions: nest.get(SessionsService),
    attempts: nest.get(AttemptsService),
    keys: nest.get(KeysService),
    keyRing: nest.get(KeyRingService),
    serviceKeys: nest.get(ServiceKeysService),
    sealed: nest.get(ResealService),
    mailedKeys: nest.get(MailedKeysService),
    identities: nest.get(IdentitiesService),
    imports: nest.get(ImportService),
    names: nest.get(NamesService),
    audit: nest.get(AuditService),
    operators: nest.get(OperatorsService),
    peopleExport: nest.get(PeopleExport),
    personalData: nest.get(PersonalData),
    speeches: nest.get(Speeches),
    call: { ...callOf(nest.get(Clock), nest.get(Ids)), streams: events !== undefined },
  };
}

/** Who did it, for the audit log: there is no connection, so the user of this machine stands in the browser's place. */
function callOf(clock: Clock, ids: Ids): RequestContext {
  const client = {
    address: 'local',
    network: 'local',
    userAgent: operatingSystemUser(),
    requestId: ids.next(),
  };
  return { protocol: 'cli', client, now: clock.now(), nextId: () => ids.next() };
}

/** Containers run under numbers that have no name. */
function operatingSystemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
