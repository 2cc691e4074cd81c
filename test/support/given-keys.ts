import { randomUUID } from 'node:crypto';
import { insertCredentials, ofAccount } from '@app/accounts';
import { Database, sql, statement } from '@app/database';
import { SoftwareKey } from './software-authenticator.js';
import type { TestApp } from './test-app.js';

/** A key and a recovery key of the account, without the calls of a registration. */
export async function giveKeys(
  app: TestApp,
  accountId: string,
): Promise<{ key: SoftwareKey; recoveryKey: SoftwareKey }> {
  const call = app.operatorCall();
  const keys = { key: new SoftwareKey('Key'), recoveryKey: new SoftwareKey('RecoveryKey') };
  const rows = Object.values(keys).map(({ kind, credId, publicKeyPem }) => ({
    id: call.nextId(),
    uuid: randomUUID(),
    kind,
    credential_id: credId,
    name: kind,
    public_key: publicKeyPem,
    sign_count: 0,
  }));
  const inserted = insertCredentials(call, sql`${JSON.stringify(rows)}::jsonb`, ofAccount(accountId));
  await app.nest.get(Database).rows(statement(inserted));
  return keys;
}
