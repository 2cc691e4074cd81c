import { sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { NavixyClient } from '../support/navixy-client.js';
import { SmtpReceiver } from '../support/smtp-receiver.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const RESEND_SECONDS = 60;

describe('codes that waited through an outage of the mail server', () => {
  let app: TestApp;
  let mails: SmtpReceiver;
  let client: NavixyClient;

  beforeAll(async () => {
    mails = await SmtpReceiver.start();
    app = await TestApp.start({
      SMTP_URL: mails.url(),
      NAVIXY_RESEND_SECONDS: String(RESEND_SECONDS),
      OUTBOX_POLL_SECONDS: '60',
    });
    client = new NavixyClient(app);
  });
  afterAll(async () => {
    await app.stop();
    await mails.stop();
  });

  const states = async (email: string) =>
    (
      await app.rows<{ state: string }>(
        sql`SELECT state FROM messages WHERE recipient = ${email} AND template = 'sign_in_code' ORDER BY id`,
      )
    ).map(({ state }) => state);

  /** Returns when the hand-over of the newest of so many has failed, and is recorded. */
  const failed = (email: string, count: number) =>
    until(async () => {
      const rows = await app.rows<{ last_error: string | null }>(
        sql`SELECT last_error FROM messages WHERE recipient = ${email} AND template = 'sign_in_code' ORDER BY id`,
      );
      return rows.length === count && rows.at(-1)?.last_error === 'DATA 451';
    }, `the failure of mail ${count}`);

  it('arrive only as far as they are still good', async () => {
    const email = 'outage@example.com';
    await app.createAccount({ email });
    mails.onMail = () => 451;
    const { hash } = (await client.signIn(email)).body;
    await failed(email, 1);
    for (const count of [2, 3]) {
      expect((await client.resend(hash)).status).toBe(200);
      await failed(email, count);
      app.clock.advanceSeconds(RESEND_SECONDS);
    }
    mails.onMail = () => undefined;
    app.nest.get(Outbox).wake();
    await until(async () => (await states(email)).includes('sent'), 'the live code');
    expect(await states(email)).toEqual(['discarded', 'discarded', 'sent']);
    const codes = mails.received.map(({ raw }) => /^\s*(\d{6})\s*$/m.exec(raw)?.[1] ?? '');
    expect(codes).toHaveLength(1);
    expect((await client.verify(hash, codes[0] ?? '')).status).toBe(200);
  });
});
