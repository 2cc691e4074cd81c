import type { INestApplicationContext } from '@nestjs/common';
import { AccountsRepository, insertAccount, PasswordHasher, takenName } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import type { Config } from '@app/config';
import { Database, statement } from '@app/database';
import { Clock, Ids, type RequestContext } from '@app/kernel';

/** Somebody to sign in as, for whoever looks at the service for the first time. The second factor is a code by mail. */
export const DEMO = {
  email: 'demo@example.com',
  password: 'correct horse battery',
  orgId: 'or-30tnh-itmjs-s235s5ontr3r23h2',
} as const;

/**
 * Whether there is one: on the database that the service has made for itself, whose mails are in its own mailbox. A database that was given
 * may become that of real people one day, and everybody knows this password.
 */
export function mayHaveDemo({ development, database, delivery }: Config): boolean {
  return development && database.url === undefined && delivery.mailProviders.length === 0;
}

/** Makes the account, unless there is one with its address. */
export async function seedDemo(app: INestApplicationContext): Promise<void> {
  const { email, orgId } = DEMO;
  // Hashing takes as long as much else of a start.
  if (await app.get(AccountsRepository, { strict: false }).findByReference(email)) return;
  const call = callOf(app);
  const passwordHash = await app.get(PasswordHasher, { strict: false }).hash(DEMO.password);
  const account = {
    id: call.nextId(),
    email,
    orgId,
    passwordHash,
    secondFactor: 'email',
    language: 'en',
  } as const;
  const made = insertAccount(call, account);
  const verdict = recordedAs('done', made, { session: false });
  await app
    .get(Database, { strict: false })
    .rows(statement(made, audit(call, 'account.create', verdict)))
    .catch((error: unknown) => {
      if (!takenName(error)) throw error;
    });
}

function callOf(app: INestApplicationContext): RequestContext {
  const ids = app.get(Ids, { strict: false });
  const client = { address: 'local', network: 'local', userAgent: 'demo', requestId: ids.next() };
  return { protocol: 'demo', client, now: app.get(Clock, { strict: false }).now(), nextId: () => ids.next() };
}
