import { AccountsService, AccountStateService } from '@app/administration';
import { PasswordCheck } from '@app/accounts';
import { LANGUAGES } from '@app/pages';
import { Config } from '@app/config';
import { Database, sql } from '@app/database';
import { RecoveryDelayService } from '../../apps/auth/src/recovery/recovery-delay.service.js';
import { Authenticator } from '../support/authenticator.js';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { DataSource } from 'typeorm';

const DAY = 86_400;

describe('a recovery that waits', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, RECOVERY_DELAY_SECONDS: String(DAY) });
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  const operatorState = () =>
    new AccountStateService(
      app.nest.get(DataSource),
      app.nest.get(Database),
      app.nest.get(PasswordCheck, { strict: false }),
      app.nest.get(Config),
    );
  const completeDue = () => app.nest.get(RecoveryDelayService, { strict: false }).completeDue();

  async function proven(withAuthenticator = false) {
    const member = await people.member();
    const { challenge, temporaryAuthenticationToken, otpUrl } = await people.recoveryChallenge(member);
    const key = new SoftwareKey();
    const authenticator = withAuthenticator ? new Authenticator(app, otpUrl) : undefined;
    const newCredentials = {
      firstFactorCredential: key.create(challenge),
      ...(authenticator && {
        secondFactorCredential: { credentialKind: 'Totp', credentialInfo: { otpCode: authenticator.code() } },
      }),
    };
    const body = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
    const count = app.mailbox.count(member.email);
    const answer = await client.post('/auth/recover/user', body, temporaryAuthenticationToken);
    const { text } = await app.mailbox.newest(member.email, count + 1);
    const link = /http\S+\/auth\/recover\/stop\?token=[\w-]+/.exec(text)?.[0] as string;
    return { member, key, answer, authenticator, stopPath: link.replace('http://localhost:3000', '') };
  }
  const page = async (path: string, method: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${app.url}${path}`, { method, headers });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      policy: response.headers.get('content-security-policy'),
      text: await response.text(),
    };
  };

  it('says when the new keys become good, and changes nothing before', async () => {
    const { member, key, answer } = await proven();
    expect(answer.status).toBe(200);
    const activeFrom = new Date(app.clock.now().getTime() + DAY * 1000).toISOString();
    expect(answer.body['credential']).toMatchObject({ kind: 'Key', activeFrom });
    app.clock.advanceSeconds(DAY - 1);
    await completeDue();
    expect((await people.login(member)).status).toBe(200);
    expect((await people.login({ email: member.email, key })).status).toBe(401);
  });

  it('is done when it is due: keys replaced, sessions ended, every replica at once', async () => {
    const { member, key } = await proven();
    await people.login(member);
    app.clock.advanceSeconds(DAY);
    await Promise.all(Array.from({ length: 4 }, completeDue));
    expect((await people.login(member)).status).toBe(401);
    expect((await people.login({ email: member.email, key })).status).toBe(200);
    const done = sql`SELECT FROM messages WHERE account_id = ${member.id} AND template = 'recovery_completed'`;
    expect(await app.rows(done)).toHaveLength(1);
    const ended = sql`SELECT end_reason FROM sessions WHERE account_id = ${member.id} AND ended_at IS NOT NULL`;
    expect(await app.rows(ended)).toEqual([{ end_reason: 'recovered' }]);
  });

  it('is stopped from the mail, by a press of the button and not by opening the link', async () => {
    const { member, key, stopPath } = await proven();
    expect(await page(stopPath, 'GET')).toMatchObject({
      status: 200,
      type: 'text/html; charset=utf-8',
      policy: expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
      text: expect.stringContaining('<form'),
    });
    expect((await page(stopPath, 'POST')).text).toContain('is stopped');
    expect((await page(stopPath, 'POST')).text).toContain('no recovery');
    app.clock.advanceSeconds(DAY);
    await completeDue();
    expect((await people.login(member)).status).toBe(200);
    expect((await people.login({ email: member.email, key })).status).toBe(401);
  });

  it('is stopped in the language of the browser', async () => {
    const { stopPath } = await proven();
    const german = { 'Accept-Language': 'de' };
    expect((await page(stopPath, 'GET', german)).text).toContain('Wiederherstellung aufhalten</button>');
    expect((await page(stopPath, 'POST', german)).text).toContain('ist aufgehalten');
    expect((await page(stopPath, 'POST', german)).text).toContain('Es gibt keine Wiederherstellung');
  });

  it('asks in each of the languages, and in another one than before', async () => {
    const { stopPath } = await proven();
    const asked = [];
    for (const language of LANGUAGES) {
      const { text } = await page(stopPath, 'GET', { 'Accept-Language': language });
      expect(text).toContain(`<html lang="${language}"`);
      asked.push(/<h1[^>]*>([^<]+)<[\s\S]*<button>([^<]+)</.exec(text)?.slice(1).join());
    }
    expect(new Set(asked).size).toBe(LANGUAGES.length);
  });

  it('abuse: is not stopped by a page of another site', async () => {
    const { stopPath } = await proven();
    expect((await page(stopPath, 'POST', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await page(stopPath, 'POST', { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await page(stopPath, 'POST', { 'Sec-Fetch-Site': 'same-origin' })).text).toContain('is stopped');
  });

  it('abuse: cannot be stopped with another token, or when it is done', async () => {
    const { member, key, stopPath } = await proven();
    expect((await page('/auth/recover/stop?token=made-up', 'POST')).text).toContain('no recovery');
    expect((await page('/auth/recover/stop?token=a&token=b', 'POST')).text).toContain('no recovery');
    app.clock.advanceSeconds(DAY);
    await completeDue();
    expect((await page(stopPath, 'POST')).text).toContain('no recovery');
    expect((await people.login({ email: member.email, key })).status).toBe(200);
  });

  it('gives the authenticator that came with it when it is due, and asks for it from then on', async () => {
    const { member, key, answer, authenticator } = await proven(true);
    expect(answer.status).toBe(200);
    app.clock.advanceSeconds(DAY);
    await completeDue();
    const login = { email: member.email, key };
    expect((await people.login(login)).status).toBe(401);
    expect((await people.login(login, { kind: 'Totp', otpCode: authenticator?.code() })).status).toBe(200);
  });

  it('is not done on an account that was disabled meanwhile, and not tried again', async () => {
    const { member, key } = await proven();
    const accounts = app.nest.get(AccountsService);
    await accounts.disable(app.operatorCall(), await accounts.find(member.email));
    app.clock.advanceSeconds(DAY);
    await completeDue();
    await accounts.enable(app.operatorCall(), await accounts.find(member.email));
    await completeDue();
    expect((await people.login({ email: member.email, key })).status).toBe(401);
    expect((await people.login(member)).status).toBe(200);
    const ended = sql`SELECT end_reason FROM pending_recoveries WHERE account_id = ${member.id}`;
    expect(await app.rows(ended)).toEqual([{ end_reason: 'account_disabled' }]);
  });

  it('ends with another recovery that is completed at once, where the delay has been taken away meanwhile', async () => {
    const { member, key: waiting } = await proven();
    const replica = await TestApp.start(AT_HOME, app);
    const [hasty, again] = [new DfnsClient(replica), new SoftwareKey()];
    app.clock.advanceSeconds(60);
    const { challenge, temporaryAuthenticationToken } = await people.recoveryChallenge(member);
    const newCredentials = { firstFactorCredential: again.create(challenge) };
    const body = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
    expect((await hasty.post('/auth/recover/user', body, temporaryAuthenticationToken)).status).toBe(200);
    await replica.stop();
    app.clock.advanceSeconds(DAY);
    await completeDue();
    expect((await people.login({ email: member.email, key: again })).status).toBe(200);
    expect((await people.login({ email: member.email, key: waiting })).status).toBe(401);
  });

  it('that cannot be done is given up, and holds up no other', async () => {
    const broken = await proven();
    const whole = await proven();
    // What a key that another account has taken meanwhile comes to.
    await app.rows(sql`
      UPDATE pending_recoveries SET credentials = credentials || credentials WHERE account_id = ${broken.member.id}`);
    app.clock.advanceSeconds(DAY);
    await completeDue();
    await completeDue();
    expect((await people.login({ email: whole.member.email, key: whole.key })).status).toBe(200);
    expect((await people.login(broken.member)).status).toBe(200);
    const ended = sql`SELECT end_reason FROM pending_recoveries WHERE account_id = ${broken.member.id}`;
    expect(await app.rows(ended)).toEqual([{ end_reason: 'failed' }]);
  });

  it('with one id for both new keys is refused at once', async () => {
    const member = await people.member();
    const { challenge, temporaryAuthenticationToken } = await people.recoveryChallenge(member);
    const key = new SoftwareKey('Key');
    const recoveryKey = new SoftwareKey('RecoveryKey', 'EdDSA', key.credId);
    const newCredentials = {
      firstFactorCredential: key.create(challenge),
      recoveryCredential: { ...recoveryKey.create(challenge), encryptedPrivateKey: 'sealed' },
    };
    const body = { recovery: member.recoveryKey.recover(newCredentials), newCredentials };
    expect(await client.post('/auth/recover/user', body, temporaryAuthenticationToken)).toMatchObject({
      status: 400,
      body: { error: { details: { parameters: [{ parameter: 'credId' }] } } },
    });
  });

  it('is stopped by an operator', async () => {
    const { member, key } = await proven();
    const { accounts, state } = { accounts: app.nest.get(AccountsService), state: operatorState() };
    const account = await accounts.find(member.email);
    expect(await state.stopRecovery(app.operatorCall(), account)).toBe(true);
    expect(await state.stopRecovery(app.operatorCall(), account)).toBe(false);
    app.clock.advanceSeconds(DAY);
    await completeDue();
    expect((await people.login({ email: member.email, key })).status).toBe(401);
  });
});
