import { sql } from '@app/database';
import { otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { type WachtAnswer, WachtClient } from '../support/wacht-client.js';

const GOOD = 'gelbe Kanne im Schnee 7';
const NOBODY = '999999999999999999';

describe('what wacht calls refuse', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '10000',
    });
    await app.createAccount({ email: 'taken@example.com', username: 'taken.t', phone: '+4915116300001' });
  });
  // Refusals that are alike within a minute are one row, with the id of the first request.
  beforeEach(() => app.clock.advanceSeconds(60));
  afterAll(() => app.stop());

  const nextEmail = () => `refusal${(people += 1)}@example.com`;
  const known = async () => {
    const email = nextEmail();
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    return { id, email, client: new WachtClient(app) };
  };
  const recordedOf = ({ headers }: WachtAnswer) =>
    app.rows<{ event: string; outcome: string; account_id: string | null }>(sql`
      SELECT event, outcome, account_id FROM audit_events WHERE request_id = ${headers.get('x-request-id')}`);
  const signUp = async (request: object) =>
    (await new WachtClient(app).signUp({ password: GOOD, ...request })).answer;

  const REFUSALS: [what: string, event: string, outcome: string, refused: () => Promise<WachtAnswer>][] = [
    [
      'a wrong password',
      'password',
      'wrong',
      async () => {
        const { client, email } = await known();
        return (await client.signInWithPassword(email, 'not the password')).answer;
      },
    ],
    [
      'a sign-up with a weak password',
      'sign_up',
      'password_weak',
      () => signUp({ email: nextEmail(), password: 'password1' }),
    ],
    [
      'a sign-up with a taken address',
      'sign_up',
      'email_taken',
      () => signUp({ email: 'taken@example.com' }),
    ],
    [
      'a sign-up with a taken name',
      'sign_up',
      'username_taken',
      () => signUp({ email: nextEmail(), username: 'taken.t' }),
    ],
    [
      'a sign-up with a taken number',
      'sign_up',
      'phone_taken',
      () => signUp({ phone_number: '+4915116300001' }),
    ],
    [
      'a code for an attempt that there is not',
      'code.send',
      'absent',
      () => new WachtClient(app).prepare(NOBODY),
    ],
    [
      'a code to where the attempt has none',
      'code.send',
      'no_address',
      async () => {
        const { client, email } = await known();
        const { id } = await client.signIn({ strategy: 'email_otp', email });
        return client.prepare(id, 'sms');
      },
    ],
    [
      'a code too soon',
      'code.send',
      'too_soon',
      async () => {
        const { client, email } = await known();
        const { id } = await client.begun(email);
        return client.prepare(id);
      },
    ],
    [
      'a guess at an attempt that there is not',
      'code.verify',
      'absent',
      () => new WachtClient(app).verify(NOBODY, '000000'),
    ],
    [
      'a guess at a sign-up that there is not',
      'sign_up.verify',
      'absent',
      () => new WachtClient(app).verifySignUp(NOBODY, '000000'),
    ],
    [
      'a wrong code',
      'code.verify',
      'wrong',
      async () => {
        const { client, email } = await known();
        const { id, code } = await client.begun(email);
        return client.verify(id, otherThan(code));
      },
    ],
    [
      'what is no code',
      'code.verify',
      'no_code',
      async () => {
        const { client, email } = await known();
        const { id } = await client.begun(email);
        return client.verify(id, '12345');
      },
    ],
    [
      'a sign-up whose name somebody took meanwhile',
      'sign_up.verify',
      'username_taken',
      async () => {
        const [email, username] = [nextEmail(), `name.${people}`];
        const client = new WachtClient(app);
        const { id } = await client.signUp({ email, username, password: GOOD });
        await client.prepareSignUp(id);
        const code = await app.mailbox.code(email);
        await app.createAccount({ email: nextEmail(), username });
        return client.verifySignUp(id, code);
      },
    ],
    [
      'the end of a sign-in that there is not',
      'session.end',
      'absent',
      () => new WachtClient(app).post('/session/sign-out', { sign_in_id: NOBODY }),
    ],
    [
      'a switch to a sign-in that there is not',
      'session.switch',
      'absent',
      () => new WachtClient(app).post('/session/switch-sign-in', { sign_in_id: NOBODY }),
    ],
    [
      'a link that there is not',
      'magic_link.redeem',
      'absent',
      () => new WachtClient(app).get(`/auth/verify-magic-link?token=${'A'.repeat(22)}`),
    ],
    [
      'what is no link',
      'magic_link.redeem',
      'absent',
      () => new WachtClient(app).get('/auth/verify-magic-link?token=x'),
    ],
    [
      'a second link to a new password within a minute',
      'password.forgot',
      'too_soon',
      async () => {
        const { client, email } = await known();
        await client.post('/auth/forgot-password', { email });
        return client.post('/auth/forgot-password', { email });
      },
    ],
    [
      'a new password by a link that there is not',
      'password.reset',
      'absent',
      () => new WachtClient(app).post('/auth/reset-password', { token: 'A'.repeat(22), password: GOOD }),
    ],
  ];

  it.each(REFUSALS)('%s: one row, %s %s', async (_what, event, outcome, refused) => {
    const answer = await refused();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await recordedOf(answer)).toEqual([expect.objectContaining({ event, outcome })]);
  });

  it('a new password that is weak: one row, of the account, and the link stays good', async () => {
    const { id, email, client } = await known();
    await client.post('/auth/forgot-password', { email });
    const token = await linkOf(email);
    const weak = await client.post('/auth/reset-password', { token, password: 'password1' });
    expect(await recordedOf(weak)).toEqual([
      { event: 'password.reset', outcome: 'password_weak', account_id: id },
    ]);
    expect((await client.post('/auth/reset-password', { token, password: GOOD })).status).toBe(200);
  });

  it('a link whose time is over: one row, of the account', async () => {
    const { id, email, client } = await known();
    const { id: attempt } = await client.signIn({ strategy: 'magic_link', email });
    await client.prepare(attempt);
    const token = await linkOf(email);
    app.clock.advanceSeconds(900);
    const late = await client.get(`/auth/verify-magic-link?token=${token}`);
    expect(await recordedOf(late)).toEqual([
      { event: 'magic_link.redeem', outcome: 'expired', account_id: id },
    ]);
  });

  it('is recorded without what was sent', async () => {
    const answer = await signUp({ email: 'secret-address@example.com', password: 'password1' });
    const rows = await app.rows(sql`
      SELECT row_to_json(e)::text AS text FROM audit_events e WHERE request_id = ${answer.headers.get('x-request-id')}`);
    expect(JSON.stringify(rows)).not.toMatch(/secret-address|password1/);
  });

  async function linkOf(email: string): Promise<string> {
    const links = () =>
      app.mailbox.messages(email).flatMap(({ text }) => /(?<!not-me\?)token=([\w-]+)/.exec(text)?.[1] ?? []);
    await until(() => links().length > 0);
    return links()[0] as string;
  }
});
