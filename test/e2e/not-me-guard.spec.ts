import { AccountsService, AccountStateService } from '@app/administration';
import { sql } from '@app/database';
import { AT_HOME, DfnsPeople, ORG } from '../support/dfns-people.js';
import { DfnsClient } from '../support/dfns-client.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { CODE } from '../support/mailbox-reader.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WAYS_IN } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const DAY_SECONDS = 86_400;
const PASSWORDS = Object.keys(WAYS_IN).filter((way) => way.endsWith('password'));
const BY_MAIL = Object.keys(WAYS_IN).filter((way) => !PASSWORDS.includes(way));

describe('an account whose owner said "this wasn’t me"', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', ...AT_HOME });
  });
  afterAll(() => app.stop());

  /** Where the link of a new mail leads. */
  async function link(email: string): Promise<string> {
    app.clock.advanceSeconds(61);
    const ask = () => new YatClient(app).post('/auth/magic_link', { email });
    return (await app.mailbox.sentBy(email, /https?:\/\/[^/\s]+(\/not-me\?token=\S+)/, ask)).found;
  }
  const press = async (path: string) => (await fetch(`${app.url}${path}`, { method: 'POST' })).text();
  async function disown(email: string, times: number): Promise<string> {
    let page = '';
    for (let time = 0; time < times; time += 1) page = await press(await link(email));
    return page;
  }
  async function disowned(times: number) {
    const person = await app.given.person();
    return { ...person, page: await disown(person.email, times) };
  }
  async function isIn(way: string, email: string): Promise<boolean> {
    app.clock.advanceSeconds(61);
    const sent = await WAYS_IN[way]?.(app, email);
    await sent?.send();
    return sent?.isIn() ?? false;
  }
  const coded = (email: string, send: () => Promise<unknown>) =>
    app.mailbox.sentBy(email, /^(\d{6})$/m, send).then(({ found }) => found);

  describe('twice in a day', () => {
    it.each(PASSWORDS)('signs in with %s alone', async (way) => {
      const { email } = await disowned(2);
      expect(await isIn(way, email)).toBe(true);
    });
  });

  describe('three times in a day', () => {
    it.each(PASSWORDS)('is not signed in to with %s alone', async (way) => {
      const { email } = await disowned(3);
      expect(await isIn(way, email)).toBe(false);
    });

    it.each(BY_MAIL)('is signed in to with %s, which its owner reads', async (way) => {
      const { email } = await disowned(3);
      expect(await isIn(way, email)).toBe(true);
    });

    it('is told on the page, and recorded', async () => {
      const { id, email, page } = await disowned(3);
      expect(page).toContain('also asks for a code to this mailbox');
      const guarded = await app.rows(
        sql`SELECT outcome FROM audit_events WHERE event = 'account.guard' AND account_id = ${id}`,
      );
      expect(guarded).toEqual([{ outcome: 'guarded' }]);
      expect((await disowned(2)).page).not.toContain('also asks');
      const account = await app.nest.get(AccountsService).find(email);
      expect(account.guardedUntil).toEqual(
        new Date(app.clock.now().getTime() + DAY_SECONDS * 1000 - 122_000),
      );
    });

    it('signs in by password and mailed code in navixy, and is sent another on demand', async () => {
      const { email } = await disowned(3);
      const client = new NavixyClient(app);
      let hash = '';
      const code = await coded(email, async () => {
        const { body } = await client.signIn(email);
        expect(body).toMatchObject({ type: 'second_factor_required', factor_type: 'email' });
        hash = body.hash;
      });
      expect((await client.verify(hash, otherThan(code))).status).not.toBe(200);
      expect((await client.verify(hash, code)).status).toBe(200);
      const { hash: pending } = await client.pending(email);
      app.clock.advanceSeconds(301);
      const again = await coded(email, () => client.resend(pending));
      expect((await client.verify(pending, again)).status).toBe(200);
    });

    it('signs in by password and mailed code in docspace, in one call and by the step’s key', async () => {
      const { email } = await disowned(3);
      const client = new DocspaceClient(app);
      const code = await coded(email, () => client.signIn(email));
      expect((await client.verify(email, otherThan(code))).status).toBe(401);
      const { status, body } = await client.verify(email, code);
      expect(status).toBe(200);
      expect(await client.isGood({ Authorization: String(body.response['token']) })).toBe(true);
      const step: { url?: string } = {};
      const next = await coded(email, async () => {
        step.url = String((await client.signIn(email)).body.response['confirmUrl']);
      });
      const page = `${app.url}${new URL(step.url ?? '').pathname}${new URL(step.url ?? '').search}`;
      expect(await (await fetch(page)).text()).toContain('name="code"');
      const form = new URLSearchParams({ code: next });
      const done = await fetch(page, { method: 'POST', body: form, redirect: 'manual' });
      expect(done.headers.getSetCookie().join()).toMatch(/asc_auth_key=\S+/);
    });

    it('signs in by password and mailed code in yat', async () => {
      const { email } = await disowned(3);
      const client = new YatClient(app);
      let refresh = '';
      const code = await coded(email, async () => {
        const { body } = await client.signIn(email);
        expect(body.requires_2fa).toBe('Email');
        refresh = body.refresh_token;
      });
      const { status, body } = await client.confirm(refresh, code);
      expect(status).toBe(200);
      expect((await client.account(body.access_token)).status).toBe(200);
    });

    it('signs in by password and mailed code in wacht', async () => {
      const { email } = await disowned(3);
      const client = new WachtClient(app);
      await client.session();
      const { id, answer } = await client.signInWithPassword(email);
      expect(answer.body.session.signin_attempts.at(-1)?.current_step).toBe('verify_second_factor');
      const code = await coded(email, () => client.prepare(id));
      expect((await client.verify(id, code)).body.session.signins).toHaveLength(1);
    });

    it('asks for the mailed code after a texted one', async () => {
      const { email, id } = await disowned(3);
      const phone = app.given.phone();
      await app.rows(sql`UPDATE accounts SET phone = ${phone}, phone_signs_in = true WHERE id = ${id}`);
      const client = new WachtClient(app);
      await client.session();
      const begun = await client.signIn({ strategy: 'phone_otp', phone_number: phone });
      const { found: texted } = await app.mailbox.sentBy(phone, CODE, () => client.prepare(begun.id, 'sms'));
      const answer = await client.verify(begun.id, texted);
      expect(answer.body.session.signins).toEqual([]);
      const code = await coded(email, () => client.prepare(begun.id));
      expect((await client.verify(begun.id, code)).body.session.signins).toHaveLength(1);
    });

    it('signs in with its key in dfns, which no mail is part of', async () => {
      const people = new DfnsPeople(app, new DfnsClient(app));
      const member = await people.registered(await app.given.person({ orgId: ORG }));
      await disown(member.email, 3);
      expect((await people.login(member)).status).toBe(200);
    });

    it('goes on asking for the second factor that it has', async () => {
      const { email } = await app.given.person({ factor: 'totp' });
      await disown(email, 3);
      expect((await new YatClient(app).signIn(email)).body.requires_2fa).not.toBe('Email');
    });

    it('of the three at once as well, on two replicas', async () => {
      const replica = await TestApp.start({ limits: 'off', ...AT_HOME }, app);
      const { email } = await app.given.person();
      const paths = [await link(email), await link(email), await link(email)];
      const urls = paths.flatMap((path) => [`${app.url}${path}`, `${replica.url}${path}`]);
      await Promise.all(urls.map((url) => fetch(url, { method: 'POST' })));
      expect(await isIn('a yat password', email)).toBe(false);
      await replica.stop();
    });

    it('asks for nothing more once an operator has unlocked it', async () => {
      const { email } = await disowned(3);
      const account = await app.nest.get(AccountsService).find(email);
      await app.nest.get(AccountStateService).unlock(app.operatorCall(), account);
      expect(await isIn('a yat password', email)).toBe(true);
      await disown(email, 2);
      expect(await isIn('a yat password', email)).toBe(true);
    });
  });

  describe('and time', () => {
    it('asks for more until a day after the third, to the second', async () => {
      const { email } = await disowned(3);
      app.clock.advanceSeconds(DAY_SECONDS - 1);
      expect((await new YatClient(app).signIn(email)).body.requires_2fa).toBe('Email');
      app.clock.advanceSeconds(1);
      expect((await new YatClient(app).signIn(email)).body.requires_2fa).toBeUndefined();
    });

    it('lets a step be ended that was begun while more was asked for', async () => {
      const { email } = await disowned(3);
      app.clock.advanceSeconds(DAY_SECONDS - 1);
      const client = new NavixyClient(app);
      const { hash, code } = await client.pending(email);
      app.clock.advanceSeconds(60);
      expect((await client.verify(hash, code)).status).toBe(200);
    });

    it.each([
      [DAY_SECONDS - 1, false],
      [DAY_SECONDS, true],
    ])('%d s after the first the third leaves the password alone enough: %s', async (seconds, enough) => {
      const { email } = await app.given.person();
      const paths = [await link(email), await link(email), await link(email)];
      await press(paths[0] as string);
      app.clock.advanceSeconds(seconds);
      await press(paths[1] as string);
      await press(paths[2] as string);
      expect(await isIn('a yat password', email)).toBe(enough);
    });

    it('counts each message once', async () => {
      const { email } = await app.given.person();
      const path = await link(email);
      for (let time = 0; time < 5; time += 1) await press(path);
      expect(await isIn('a yat password', email)).toBe(true);
    });
  });
});
