import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

describe('POST /auth/prepare-verification', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  async function begun(strategy = 'email_otp') {
    const email = `prepare${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    const client = new WachtClient(app);
    const { id } = await client.signIn({ strategy, email });
    return { email, client, id };
  }

  describe('200', () => {
    it('sends the code, and answers the session', async () => {
      const { email, client, id } = await begun();
      const answer = await client.prepare(id);
      expect(answer).toMatchObject({ status: 200, body: { message: '', errors: [] } });
      expect(answer.body.data).toEqual(answer.body.session);
      expect((await app.mailbox.newest(email)).text).toMatch(/\b\d{6}\b/);
    });

    it('understands the query spelling, and answers it otp_sent beside the session', async () => {
      const { email, client, id } = await begun();
      const query = `attempt_identifier=${id}&identifier_type=signin&strategy=email_otp&redirect_uri=x&last_digits=12`;
      const answer = await client.send(`/auth/prepare-verification?${query}`, { body: new FormData() });
      expect(answer.body.data).toEqual({ otp_sent: true });
      expect(answer.body.session.signin_attempts[0]?.id).toBe(id);
      expect((await client.verify(id, await app.mailbox.code(email))).status).toBe(200);
    });

    it('sends again after a minute, and the new code takes the place of the old one', async () => {
      const { email, client, id } = await begun();
      await client.prepare(id);
      app.clock.advanceSeconds(60);
      expect((await client.prepare(id)).status).toBe(200);
      expect((await client.verify(id, await app.mailbox.code(email, 2))).status).toBe(200);
    });
  });

  describe('refused', () => {
    it('is 400 INVALID_ATTEMPT for an unknown attempt, another browser’s and a completed one', async () => {
      const { email, client, id } = await begun();
      const unknown = await client.prepare('1');
      expect(unknown.body).toMatchObject({
        status: 400,
        data: null,
        errors: [{ code: 'INVALID_ATTEMPT', message: 'Invalid attempt ID' }],
      });
      expect((await new WachtClient(app).prepare(id)).code).toBe('INVALID_ATTEMPT');
      await client.prepare(id);
      await client.verify(id, await app.mailbox.code(email));
      expect((await client.prepare(id)).code).toBe('INVALID_ATTEMPT');
    });

    it('is 400 MISSING_CONTACT_INFO for a way that this attempt cannot be proven by', async () => {
      const { client, id } = await begun();
      expect(await client.prepare(id, 'sms')).toMatchObject({ status: 400, code: 'MISSING_CONTACT_INFO' });
    });

    it.each([
      ['method', { method: 'pigeon' }],
      ['method', {}],
    ])('is 400 VALIDATION_ERROR that names %s for %j', async (field, rest) => {
      const { client, id } = await begun();
      const answer = await client.post('/auth/prepare-verification', { signin_attempt_id: id, ...rest });
      expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' });
      expect(answer.body.errors[0]?.message).toContain(field);
    });

    it('is 429 RATE_LIMIT_EXCEEDED within a minute, for the right time', async () => {
      const { client, id } = await begun();
      await client.prepare(id);
      app.clock.advanceSeconds(20);
      const answer = await client.prepare(id);
      expect(answer).toMatchObject({ status: 429, code: 'RATE_LIMIT_EXCEEDED' });
      expect(answer.headers.get('retry-after')).toBe('40');
    });
  });

  describe('abuse', () => {
    it('mails one recipient five times an hour, over all attempts and browsers', async () => {
      const { email } = await begun();
      const statuses: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        const client = new WachtClient(app);
        const { id } = await client.signIn({ strategy: 'email_otp', email });
        const answer = await client.prepare(id);
        statuses.push(answer.status);
        if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('3600');
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    });

    it('sends once to 16 that ask at the same time', async () => {
      const { email, client, id } = await begun();
      const answers = await Promise.all(Array.from({ length: 16 }, () => client.copy().prepare(id)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const [row] = await app.rows<{ count: string }>(
        sql`SELECT count(*) FROM messages WHERE recipient = ${email}`,
      );
      expect(row?.count).toBe('1');
    });
  });

  describe('a magic link', () => {
    const linkIn = (text: string) =>
      /https?:\/\/\S*\/auth\/verify-magic-link\?token=([\w-]+)/.exec(text)?.[1] as string;
    const open = (client: WachtClient, token: string) =>
      client.send(`/auth/verify-magic-link?token=${token}`, { method: 'GET' }).catch(() => undefined);

    async function mailed() {
      const one = await begun('magic_link');
      expect((await one.client.prepare(one.id)).status).toBe(200);
      const { text } = await app.mailbox.newest(one.email);
      return { ...one, text, token: linkIn(text) };
    }

    const location = async (client: WachtClient, token: string) => {
      const response = await fetch(`${app.url}/auth/verify-magic-link?token=${token}`, {
        redirect: 'manual',
        headers: { Cookie: client.cookie ?? '' },
      });
      return { status: response.status, to: response.headers.get('location') };
    };

    const confirm = (client: WachtClient, token: string) =>
      fetch(`${app.url}/magic-link`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ token }),
        headers: { Cookie: client.cookie ?? '' },
      });

    it('leads below the path of PUBLIC_URL, where there is one', async () => {
      const below = await TestApp.start({ PUBLIC_URL: 'https://example.com/sign-in' });
      const email = 'below@example.com';
      await below.createAccount({ email, secondFactor: 'none' });
      const client = new WachtClient(below);
      const { id } = await client.signIn({ strategy: 'magic_link', email });
      await client.prepare(id);
      const token = linkIn((await below.mailbox.newest(email)).text);
      const response = await fetch(`${below.url}/auth/verify-magic-link?token=${token}`, {
        redirect: 'manual',
      });
      expect(response.headers.get('location')).toBe(`/sign-in/magic-link?token=${token}`);
      await below.stop();
    });

    it('leads to the page that confirms it, however often it is opened, and signs in only there', async () => {
      const { client, id, token } = await mailed();
      for (let opened = 0; opened < 10; opened += 1) {
        expect(await location(client, token)).toEqual({ status: 302, to: `/magic-link?token=${token}` });
      }
      expect((await client.session()).body.session.signins).toEqual([]);
      const before = client.cookie;
      app.clock.advanceSeconds(1);
      expect((await confirm(client, token)).status).toBe(200);
      const { session } = (await client.session()).body;
      expect(session).toMatchObject({
        signin_attempts: [{ id, method: 'magic_link', completed: true }],
        signins: [{}],
      });
      expect(session.active_signin).toEqual(session.signins[0]);
      expect(client.cookie).not.toBe(before);
    });

    it('is good once, and is INVALID_TOKEN or EXPIRED_TOKEN afterwards', async () => {
      const { client, token } = await mailed();
      await confirm(client, token);
      expect(await open(client, token)).toMatchObject({ status: 400, code: 'INVALID_TOKEN' });
      const late = await mailed();
      app.clock.advanceSeconds(900);
      expect(await open(late.client, late.token)).toMatchObject({ status: 400, code: 'EXPIRED_TOKEN' });
      for (const token of ['', 'x', 'A'.repeat(43), '%00']) {
        expect(await open(client, token)).toMatchObject({ status: 400, code: 'INVALID_TOKEN' });
      }
    });

    it('comes with a code for who cannot open it where they asked; either one ends the other', async () => {
      const { client, id, token, text } = await mailed();
      const code = /^\d{6}$/m.exec(text)?.[0] as string;
      expect((await client.verify(id, code)).body.session.signins).toHaveLength(1);
      expect(await open(client, token)).toMatchObject({ status: 400, code: 'INVALID_TOKEN' });
    });

    it('abuse: signs nobody in when it is confirmed in another browser than the one that asked', async () => {
      const { client, token } = await mailed();
      const victim = new WachtClient(app);
      await victim.session();
      await confirm(victim, token);
      expect((await client.session()).body.session.signins).toEqual([]);
    });
  });
});
