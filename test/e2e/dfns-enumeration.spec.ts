import { sql } from '@app/database';
import { DfnsClient, type DfnsAnswer } from '../support/dfns-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

const ORG = 'or-30tnh-itmjs-s235s5ontr3r23h2';
const OTHER_ORG = 'or-30tnh-itmjs-s235s5ontr3r23h3';
const TENANT = 'acct-24hka-dhili-9hgvdlvr1ohpibp4';

describe('abuse of POST /auth/recover/user/code', () => {
  let app: TestApp;
  let client: DfnsClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    client = new DfnsClient(app);
  });
  afterAll(() => app.stop());

  const account = (more: object = {}) => app.given.person({ factor: 'email', ...more });
  const mails = (email: string) =>
    app.rows(sql`SELECT FROM messages WHERE recipient = ${email} AND template = 'recovery_code'`);

  const OMITTED = ['date', 'x-request-id'];
  const shown = ({ status, headers, body }: DfnsAnswer) => ({
    status,
    body,
    headers: [...headers].filter(([name]) => !OMITTED.includes(name)),
  });

  it('tells nobody apart: known, unknown, of another organisation, disabled, limited, without address', async () => {
    const known = await account({ orgId: ORG });
    const limited = await account();
    await client.recoveryCode(limited.email);
    const disabled = await account();
    await app.rows(sql`UPDATE accounts SET disabled_at = now() WHERE id = ${disabled.id}`);
    const people: [string, object][] = [
      [known.email, {}],
      ['stranger@example.com', {}],
      ['stranger@example.com', {}],
      [known.email, { orgId: OTHER_ORG }],
      [known.email, { tenantId: TENANT }],
      [limited.email, {}],
      [disabled.email, {}],
    ];
    const counter = new StatementCounter(app);
    const seen = new Set<string>();
    const statements = new Set<string>();
    for (const [username, organisation] of people) {
      const sent = await counter.during(async () => {
        seen.add(JSON.stringify(shown(await client.recoveryCode(username, organisation))));
      });
      statements.add(JSON.stringify(sent));
      expect(sent.length).toBeLessThanOrEqual(4);
    }
    counter.stop();
    expect([...seen]).toHaveLength(1);
    expect([...statements]).toHaveLength(1);
    expect(await mails(known.email)).toHaveLength(1);
    expect(await mails(disabled.email)).toEqual([]);
  });

  it('mails once for 64 simultaneous requests', async () => {
    const { email, id } = await account();
    const answers = await Promise.all(Array.from({ length: 64 }, () => client.recoveryCode(email)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await mails(email)).toHaveLength(1);
    expect(
      await app.rows(sql`SELECT FROM attempts WHERE account_id = ${id} AND status = 'open'`),
    ).toHaveLength(1);
  });

  it('keeps no code readable, in no table', async () => {
    const { email, id } = await account();
    const digits = (await client.mailedCode(email)).replaceAll('-', '');
    const tables = await app.rows<{ text: string }>(sql`
      SELECT (SELECT json_agg(a)::text FROM attempts a WHERE account_id = ${id}) ||
        (SELECT json_agg(m)::text FROM messages m WHERE account_id = ${id}) ||
        coalesce((SELECT json_agg(e)::text FROM audit_events e WHERE account_id = ${id}), '') AS text`);
    expect(tables[0]?.text).not.toContain(digits.slice(0, 8));
    expect(tables[0]?.text).not.toContain(digits);
  });
});
