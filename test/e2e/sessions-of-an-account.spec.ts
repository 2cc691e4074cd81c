import { raw, sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WAYS_IN, type Approach, type WayIn } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const SIGNED_IN = 3;
const PENDING = 2;
const PASSWORDS = ['a navixy password', 'a docspace password', 'a yat password', 'a wacht password'];

describe('the sessions of one account', () => {
  let app: TestApp;
  let navixy: NavixyClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      TRUSTED_PROXIES: 'loopback',
      SESSIONS_PER_ACCOUNT_LIMIT: String(SIGNED_IN),
      PENDING_SESSIONS_PER_ACCOUNT_LIMIT: String(PENDING),
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      RESEND_HOURLY_LIMIT: '100',
    });
    navixy = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  async function person(secondFactor: 'none' | 'email' = 'none') {
    const email = `many${(people += 1)}@example.com`;
    return { email, id: (await app.createAccount({ email, secondFactor })).id };
  }
  const enter = async (name: string, email: string) => {
    const way = await (WAYS_IN[name] as Approach)(app, email);
    await way.send();
    app.clock.advanceSeconds(1);
    return way;
  };
  const isIn = (ways: WayIn[]) => Promise.all(ways.map((way) => way.isIn()));
  const ends = async (accountId: string) =>
    (
      await app.rows<{ end_reason: string | null }>(
        sql`SELECT end_reason FROM sessions WHERE account_id = ${accountId}::bigint ORDER BY id`,
      )
    ).map((row) => row.end_reason);
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const live = async (hash: string) => (await navixy.post('/user/get_info', undefined, hash)).status === 200;
  const signIn = async (email: string, address: string) => {
    const { hash } = (await navixy.signIn(email, PASSWORD, from(address))).body;
    app.clock.advanceSeconds(1);
    return hash;
  };

  it.each(Object.keys(WAYS_IN))('by %s: with one more than it may have the oldest ends', async (name) => {
    const { email, id } = await person();
    const ways = [];
    for (const password of PASSWORDS.slice(0, SIGNED_IN)) ways.push(await enter(password, email));
    expect(await isIn(ways)).toEqual([true, true, true]);
    ways.push(await enter(name, email));
    expect(await isIn(ways)).toEqual([false, true, true, true]);
    expect(await ends(id)).toEqual(['surplus', null, null, null]);
  });

  it('that was used lately stays: renewed or refreshed, the next oldest ends', async () => {
    const { email } = await person();
    const renewed = await signIn(email, '203.0.113.1');
    const yat = new YatClient(app);
    const refreshed = (await yat.signIn(email)).body.refresh_token;
    app.clock.advanceSeconds(1);
    const unused = await signIn(email, '203.0.113.1');
    app.clock.advanceSeconds(60);
    expect((await navixy.post('/user/session/renew', undefined, renewed)).status).toBe(200);
    const { refresh_token } = (await yat.refresh(refreshed)).body;
    app.clock.advanceSeconds(1);
    await signIn(email, '203.0.113.1');
    expect([await live(renewed), await live(unused)]).toEqual([true, false]);
    expect((await yat.refresh(refresh_token)).status).toBe(200);
  });

  it('are pushed out by those from the same address first', async () => {
    const { email } = await person();
    const phone = await signIn(email, '203.0.113.7');
    const script = [];
    for (let call = 0; call < SIGNED_IN + 2; call += 1) script.push(await signIn(email, '203.0.113.8'));
    expect(await live(phone)).toBe(true);
    expect(await Promise.all(script.map(live))).toEqual([false, false, false, true, true]);
    // Where the address has none, the oldest of all goes.
    await signIn(email, '203.0.113.9');
    expect(await live(phone)).toBe(false);
  });

  it('are none too few for one that is over already', async () => {
    const { email, id } = await person();
    const hashes = [];
    for (let call = 0; call < SIGNED_IN; call += 1) hashes.push(await signIn(email, '203.0.113.1'));
    await app.rows(sql`
      UPDATE sessions SET expires_at = ${app.clock.now()}::timestamptz
      WHERE account_id = ${id}::bigint AND id = (SELECT max(id) FROM sessions WHERE account_id = ${id}::bigint)`);
    await signIn(email, '203.0.113.1');
    expect(await Promise.all(hashes.map(live))).toEqual([true, true, false]);
  });

  it('that wait for a second factor push out one another, and nothing that is signed in', async () => {
    const { email, id } = await person('email');
    const signedIn = await navixy.session(email);
    app.clock.advanceSeconds(1);
    const { hash, code } = await navixy.pending(email);
    for (let call = 0; call < PENDING; call += 1) await signIn(email, `203.0.113.${100 + call}`);
    expect((await navixy.verify(hash, code)).status).not.toBe(200);
    expect(await live(signedIn)).toBe(true);
    expect(await ends(id)).toEqual([null, 'surplus', null, null]);
  });

  it('that wait are safe from whoever has only the password, and one address', async () => {
    const { email } = await person('email');
    const owners = await navixy.pending(email);
    for (let call = 0; call < PENDING + 3; call += 1) await signIn(email, '203.0.113.66');
    expect((await navixy.verify(owners.hash, owners.code)).status).toBe(200);
  });

  it('are as many when the second factor comes after the password', async () => {
    const { email, id } = await person('email');
    const hashes = [];
    for (let call = 0; call < SIGNED_IN + 1; call += 1) {
      hashes.push(await navixy.session(email));
      app.clock.advanceSeconds(1);
    }
    expect(await Promise.all(hashes.map(live))).toEqual([false, true, true, true]);
    expect(await ends(id)).toEqual(['surplus', null, null, null]);
  });

  it('that were made at once are as many again with the next one', async () => {
    const { email, id } = await person();
    await Promise.all(Array.from({ length: 12 }, () => navixy.signIn(email)));
    await signIn(email, '203.0.113.1');
    expect((await ends(id)).filter((reason) => reason === null)).toHaveLength(SIGNED_IN);
  });

  it('that made room are deleted after an hour', async () => {
    const { email, id } = await person();
    for (let call = 0; call < SIGNED_IN + 2; call += 1) await signIn(email, '203.0.113.1');
    app.clock.advanceSeconds(3600 - 3);
    for (const left of [2, 1, 0]) {
      await app.nest.get(HousekeepingService).tidyUp();
      expect((await ends(id)).filter((reason) => reason === 'surplus')).toHaveLength(left);
      app.clock.advanceSeconds(1);
    }
    expect(await ends(id)).toHaveLength(SIGNED_IN);
  });

  it('however many were gathered before there was a ceiling, a migration leaves what a sign-in can look through', async () => {
    const { id, email } = await person();
    const first = await signIn(email, '203.0.113.1');
    await app.rows(sql`
      INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at, expires_at)
      SELECT n, ${id}::bigint, 'navixy', 'signed_in', 'many' || n, '[]', '203.0.113.2', '', ${app.clock.now()}::timestamptz,
        now() + interval '1 day' FROM generate_series(1, 1200) n`);
    const { SessionsOfAnAccount1760000019000 } =
      await import('../../libs/database/src/migrations/0019-sessions-of-an-account.js');
    const run = {
      query: (text: string) => app.rows(raw(text.replace('CREATE INDEX', 'CREATE INDEX IF NOT EXISTS'))),
    };
    await new SessionsOfAnAccount1760000019000().up(run as never);
    expect((await ends(id)).filter((reason) => reason === null)).toHaveLength(1000);
    await signIn(email, '203.0.113.1');
    expect((await ends(id)).filter((reason) => reason === null)).toHaveLength(SIGNED_IN);
    expect(await live(first)).toBe(false);
  });
});
