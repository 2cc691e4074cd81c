import { sql } from '@app/database';
import type { TestApp } from './test-app.js';

/** Messages that are no news: they were asked for. */
const ASKED_FOR = [
  'sign_in_code',
  'password_reset',
  'magic_link',
  'email_change',
  'registration_code',
  'recovery_code',
];

/** Channel, template and recipient of all news of the account, in order. */
export async function told(app: TestApp, id: string): Promise<string[]> {
  const rows = await app.rows<{ news: string }>(sql`
    SELECT channel || ' ' || template || ' ' || recipient AS news FROM messages
    WHERE account_id = ${id} AND template <> ALL(${ASKED_FOR}::text[]) ORDER BY id`);
  return rows.map(({ news }) => news);
}

/** The news at both channels of somebody. */
export function everywhere(template: string, { email, phone }: { email: string; phone: string }): string[] {
  return [`email ${template} ${email}`, `sms ${template} ${phone}`];
}
