import { insertAccount, putTotpFactor, registerAccount, TotpFactors, type SecondFactor } from '@app/accounts';
import { Database, statement } from '@app/database';
import { giveKeys } from '../given-keys.js';
import { Account } from './account.js';
import { cheapVerifiers } from './cheap-passwords.js';
import type { Stage } from './play.js';

/** How an account begins: made by an operator, or registered by whoever it was, with an address that nobody has proven. */
export interface Beginning {
  registered: boolean;
  factor: SecondFactor;
  phone: boolean;
}

const PASSWORD = 'correct horse battery';
let people = 0;

export async function makeAccount({ app }: Stage, beginning: Beginning): Promise<Account> {
  people += 1;
  const phone = `+491511${String(people).padStart(7, '0')}`;
  const account = new Account(`model${people}@example.com`, phone, () => app.clock.now().getTime() / 1000);
  const call = app.operatorCall();
  account.id = call.nextId();
  account.password = PASSWORD;
  const { id, email } = account;
  const passwordHash = await cheapVerifiers(PASSWORD);
  const database = app.nest.get(Database);
  if (beginning.registered) {
    await database.rows(statement(registerAccount(call, { id, email, passwordHash })));
    account.activated = false;
    return account;
  }
  const { factor } = beginning;
  const hasPhone = beginning.phone || factor === 'sms';
  const given = { id, email, passwordHash, secondFactor: factor, language: 'en', ...(hasPhone && { phone }) };
  const totp = factor === 'totp' ? app.nest.get(TotpFactors).create(id, email) : undefined;
  await database.rows(statement(insertAccount(call, given)));
  if (totp) await database.rows(statement(putTotpFactor(call, id, totp.sealed)));
  account.factor = factor;
  account.phone = hasPhone ? phone : undefined;
  account.phoneSignsIn = hasPhone;
  account.authenticator = totp && { secret: totp.secret, lastStep: 0 };
  account.keys = await giveKeys(app, id);
  return account;
}
