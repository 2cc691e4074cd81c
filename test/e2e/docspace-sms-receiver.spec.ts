import { sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { DocspaceClient } from '../support/docspace-client.js';
import { signedAt, SmsReceiver, type ReceivedText } from '../support/sms-receiver.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

describe('texts of docspace, at the operator’s gateway', () => {
  let gateway: SmsReceiver;
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    gateway = await SmsReceiver.start();
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000', ...gateway.environment });
    client = new DocspaceClient(app);
  });
  afterAll(async () => {
    await app.stop();
    await gateway.stop();
  });
  beforeEach(() => gateway.reset());

  const freshPhone = () => `+4915112${String(600_000 + (accounts += 1))}`;
  async function withSms() {
    const phone = freshPhone();
    const email = `gateway${accounts}@example.com`;
    const { id } = await app.createAccount({ email, phone, secondFactor: 'sms' });
    return { id, email, phone };
  }
  async function phoneless() {
    const email = `gateway${(accounts += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    await app.rows(sql`UPDATE accounts SET second_factor = 'sms' WHERE id = ${id}`);
    return email;
  }

  const contentOf = ({ body }: ReceivedText) => JSON.parse(body) as { to: string; text: string };
  const codeOf = (text: ReceivedText) => /\b\d{6}\b/.exec(contentOf(text).text)?.[0] as string;
  /** The `count`-th text, once it has come. */
  async function received(count = 1): Promise<ReceivedText> {
    await until(() => gateway.received.length >= count, `text ${count}`);
    return gateway.received[count - 1] as ReceivedText;
  }
  /** Once the hand-over of the text to this number has failed so many times. */
  const failed = (phone: string, tries: number) =>
    until(async () => {
      const [message] = await app.rows<{ tries: number }>(sql`
        SELECT tries FROM messages WHERE recipient = ${phone} AND state = 'queued' AND leased_until IS NULL`);
      return message?.tries === tries;
    }, `failure ${tries}`);
  function nextTry() {
    app.clock.advanceSeconds(1);
    app.nest.get(Outbox, { strict: false }).wake();
  }

  it('carry the number and the code of a first step, signed by the service, and the code signs in', async () => {
    const { email, phone } = await withSms();
    expect((await client.signIn(email)).status).toBe(200);
    const text = await received();
    const code = codeOf(text);
    expect(contentOf(text)).toEqual({
      id: expect.stringMatching(/^\d+$/),
      to: phone,
      template: 'sign_in_code',
      text: expect.stringMatching(/^\d{6} is your .+ sign-in code\./),
      expiresAt: '2026-01-15T12:05:00.000Z',
    });
    expect(signedAt(text)).toBe(app.clock.now().getTime() / 1000);
    expect(signedAt({ ...text, body: text.body.replace(code, '000000') })).toBeUndefined();
    const { status, body } = await client.verify(email, code);
    expect([status, body.response.sms]).toEqual([200, true]);
  });

  it('carry the newer code of sendsms, which signs in', async () => {
    const { email, phone } = await withSms();
    await client.signIn(email);
    await received();
    await client.call('POST', '/authentication/sendsms', { userName: email, password: PASSWORD });
    const text = await received(2);
    expect([contentOf(text).to, signedAt(text) !== undefined]).toEqual([phone, true]);
    expect((await client.verify(email, codeOf(text))).status).toBe(200);
  });

  it('go to the number of setphone, whose code signs in and makes it the account’s', async () => {
    const email = await phoneless();
    const mobilePhone = freshPhone();
    const { confirmUrl } = (await client.signIn(email)).body.response;
    const confirm = new URL(confirmUrl as string).search.slice(1);
    await client.call('POST', '/authentication/setphone', { mobilePhone }, { confirm });
    const text = await received();
    expect([contentOf(text).to, signedAt(text) !== undefined]).toEqual([mobilePhone, true]);
    expect((await client.verify(email, codeOf(text))).body.response.sms).toBe(true);
  });

  it('are handed over again after a 500, with the same code under the same key', async () => {
    const { email, phone } = await withSms();
    gateway.answer = (response) => response.writeHead(gateway.received.length < 2 ? 500 : 202).end();
    await client.signIn(email);
    await failed(phone, 1);
    nextTry();
    const [first, second] = [await received(1), await received(2)];
    expect(second.body).toBe(first.body);
    expect(second.headers['idempotency-key']).toBe(first.headers['idempotency-key']);
    expect(signedAt(second)).toBe((signedAt(first) as number) + 1);
    expect((await client.verify(email, codeOf(second))).status).toBe(200);
  });

  it('hold up no answer while the gateway gives none, and the code is good before it does', async () => {
    const { email } = await withSms();
    let finish = (): void => undefined;
    gateway.answer = (response) => (finish = () => response.writeHead(202).end());
    const step = await client.signIn(email);
    expect([step.status, step.body.response.expires]).toEqual([200, expect.any(String)]);
    const code = codeOf(await received());
    expect((await client.signIn(email)).status).toBe(200);
    expect((await client.verify(email, code)).status).toBe(200);
    finish();
  });

  it('wait for a gateway that is down: the first step says nothing of it, and the code comes when it is back', async () => {
    const port = Number(new URL(gateway.url()).port);
    const { email, phone } = await withSms();
    await gateway.stop();
    const { status, body } = await client.signIn(email);
    expect([status, body.response.sms]).toEqual([200, true]);
    await failed(phone, 1);
    gateway = await SmsReceiver.start(port);
    nextTry();
    expect((await client.verify(email, codeOf(await received()))).status).toBe(200);
  });

  it('abuse: tell the gateway nothing for an unknown name, a wrong password or a code too soon', async () => {
    const { email, phone } = await withSms();
    await client.signIn(email, 'wrong');
    await client.signIn(`nobody${accounts}@example.com`);
    const again = () =>
      client.call('POST', '/authentication/sendsms', { userName: email, password: PASSWORD });
    expect([(await again()).status, (await again()).status]).toEqual([200, 429]);
    await client.signIn(email);
    await received();
    const sent = sql`SELECT state FROM messages WHERE recipient = ${phone} OR recipient LIKE 'nobody%'`;
    await until(async () => (await app.rows<{ state: string }>(sent))[0]?.state === 'sent', 'the one text');
    expect(await app.rows(sent)).toEqual([{ state: 'sent' }]);
    expect(gateway.received).toHaveLength(1);
  });
});
