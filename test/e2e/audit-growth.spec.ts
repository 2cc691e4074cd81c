import { raw, sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const DAY_SECONDS = 86_400;

interface Row {
  event: string;
  outcome: string;
  repeated: number;
  client_address: string;
}

/** What calls that do nothing leave in the audit log, and for how long. */
describe('the audit log', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeEach(async () => {
    app = await TestApp.start({
      TRUSTED_PROXIES: 'loopback',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '1000',
    });
    client = new NavixyClient(app);
  });
  afterEach(() => app.stop());

  const guess = (login: string, address: string) =>
    client.signIn(login, 'not the password', { 'X-Forwarded-For': address });
  const refusals = () =>
    app.rows<Row>(sql`
      SELECT event, outcome, repeated, client_address FROM audit_events WHERE event <> 'account.create' ORDER BY id`);
  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();

  it('counts the same refusal of one network in one row a minute, and loses none of them', async () => {
    await Promise.all(Array.from({ length: 25 }, () => guess('nobody@example.com', '198.51.100.1')));
    expect(await refusals()).toEqual([
      expect.objectContaining({ event: 'password', repeated: 24, client_address: '198.51.100.1' }),
    ]);
    app.clock.advanceSeconds(59);
    await guess('nobody@example.com', '198.51.100.1');
    expect((await refusals()).map(({ repeated }) => repeated)).toEqual([25]);
    app.clock.advanceSeconds(1);
    await guess('nobody@example.com', '198.51.100.1');
    expect((await refusals()).map(({ repeated }) => repeated)).toEqual([25, 0]);
  });

  it('tells apart networks, accounts and outcomes, and takes the addresses of one IPv6 network together', async () => {
    for (const email of ['one@example.com', 'two@example.com']) await app.createAccount({ email });
    await guess('one@example.com', '198.51.100.1');
    await guess('two@example.com', '198.51.100.1');
    await guess('one@example.com', '198.51.100.2');
    await guess('one@example.com', '2001:db8::1');
    await guess('one@example.com', '2001:db8::2');
    await guess('nobody@example.com', '2001:db8::2');
    expect((await refusals()).map(({ repeated }) => repeated)).toEqual([0, 0, 0, 1, 0]);
  });

  it('has each wrong code, whose number is limited, in a row of its own, and counts what is tried after them', async () => {
    await app.createAccount({ email: 'codes@example.com' });
    const { hash, code } = await client.pending('codes@example.com');
    for (let tries = 0; tries < 8; tries += 1) await client.verify(hash, otherThan(code));
    const rows = (await refusals()).filter(({ event }) => event === 'code.verify');
    expect(rows.map(({ outcome, repeated }) => [outcome, repeated])).toEqual([
      ...Array<[string, number]>(5).fill(['wrong', 0]),
      ['exhausted', 2],
    ]);
  });

  it('counts old refresh tokens as well', async () => {
    const yat = new YatClient(app);
    await app.createAccount({ email: 'tabs@example.com', secondFactor: 'none' });
    const { body } = await yat.signIn('tabs@example.com');
    await yat.call('DELETE', '/auth/token', undefined, body.access_token);
    await app.rows(
      sql`UPDATE sessions SET ended_at = ${app.clock.now()}::timestamptz, end_reason = 'revoked'`,
    );
    for (let tries = 0; tries < 4; tries += 1) await yat.refresh(body.refresh_token);
    const rows = (await refusals()).filter(({ event }) => event === 'token.refresh');
    expect(rows.map(({ outcome, repeated }) => [outcome, repeated])).toEqual([['ended', 3]]);
  });

  it('keeps refusals for 30 days and the rest for 400, to the last day and at most until their week or month is over', async () => {
    await app.createAccount({ email: 'kept@example.com', secondFactor: 'none' });
    await client.signIn('kept@example.com');
    await guess('kept@example.com', '198.51.100.1');
    const kept = async () => {
      await tidyUp();
      return (await app.rows<Row>(sql`SELECT event || ' ' || outcome AS what FROM audit_events ORDER BY id`))
        .length;
    };
    app.clock.advanceSeconds(30 * DAY_SECONDS);
    expect(await kept()).toBe(3);
    app.clock.advanceSeconds(7 * DAY_SECONDS);
    expect(await kept()).toBe(2);
    app.clock.advanceSeconds(363 * DAY_SECONDS);
    expect(await kept()).toBe(2);
    app.clock.advanceSeconds(31 * DAY_SECONDS);
    expect(await kept()).toBe(0);
  });

  it.each([
    ['one that is to stay', `DELETE FROM audit_events`],
    [
      'one that is younger than the statement says',
      letting('2026-01-15T11:59:59Z', 'DELETE FROM audit_events'),
    ],
    ['all at once', letting('2027-01-01T00:00:00Z', 'TRUNCATE audit_events')],
    ['what is not said to be a repetition', `UPDATE audit_events SET outcome = 'x'`],
    ['a count that goes back', `UPDATE audit_events SET repeated = repeated - 1`],
    ['more than the count', `UPDATE audit_events SET repeated = repeated + 1, outcome = 'x'`],
  ])('refuses to delete or change %s', async (_what, statement) => {
    await guess('nobody@example.com', '198.51.100.1');
    await expect(app.rows(raw(statement))).rejects.toThrow('P0001');
    expect(await refusals()).toHaveLength(1);
  });
});

function letting(before: string, statement: string): string {
  const text = `SELECT set_config('countersign.audit_purged_before', '${before}', true)`;
  return statement.startsWith('DELETE')
    ? `${statement} WHERE (${text}) IS NOT NULL`
    : `DO $$ BEGIN PERFORM (${text}); ${statement}; END $$`;
}
