import { insertAccount, type SecondFactor } from '@app/accounts';
import { compile, statement } from '@app/database';
import { Ids, SystemClock, type RequestContext } from '@app/kernel';
import { hash } from '@node-rs/argon2';
import type { Client } from 'pg';
import { ORG } from '../../support/dfns-people.js';
import { PASSWORD } from '../../support/test-app.js';

/** As many people as a run may need, each with the same password, as an operator makes them. */
export async function makeAccounts(
  client: Client,
  emails: string[],
  secondFactor: SecondFactor,
): Promise<void> {
  const verifier = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const ids = new Ids(new SystemClock(), 1022);
  const origin = { address: 'local', network: 'local', userAgent: 'test', requestId: 'test' };
  const call: RequestContext = { protocol: 'cli', client: origin, now: new Date(), nextId: () => ids.next() };
  for (const email of emails) {
    const account = {
      id: ids.next(),
      email,
      passwordHash: `${verifier} ${verifier}`,
      secondFactor,
      language: 'en',
      orgId: ORG,
    } as const;
    const { text, values } = compile(statement(insertAccount(call, account)));
    await client.query(text, values);
  }
}
