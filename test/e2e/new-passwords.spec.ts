import { PasswordStrength } from '../../libs/accounts/src/password-strength.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

const GOOD = 'gelbe Kanne im Schnee 7';

/** A door through which somebody chooses a password: answers whether it was taken, and otherwise why. */
type Door = (email: string, password: string) => Promise<true | string | undefined>;

describe('a password that its owner chooses', () => {
  let app: TestApp;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PUBLIC_URL: 'https://sign-in.zirbelholz.example.com',
      MAIL_FROM: 'Kaltwasserhof <no-reply@example.com>',
    });
    yat = new YatClient(app);
  });
  afterAll(() => app.stop());

  const freshEmail = () => `zwickelbauer${(people += 1)}@example.com`;
  const resetToken = async (email: string) => {
    const before = app.mailbox.count(email);
    await new WachtClient(app).post('/auth/forgot-password', { email });
    const { text } = await app.mailbox.newest(email, before + 1);
    return /(?<!not-me\?)token=([\w-]+)/.exec(text)?.[1];
  };
  const wachtAnswer = ({ status, body }: Awaited<ReturnType<WachtClient['post']>>) =>
    status === 200 ? true : body.errors[0]?.code;
  const yatAnswer = ({ status, body }: Awaited<ReturnType<YatClient['post']>>) =>
    status === 200 ? true : body.fields?.['password']?.[0]?.code;

  const doors: Record<string, { weak: string; door: Door }> = {
    'a wacht sign-up': {
      weak: 'WEAK_PASSWORD',
      door: async (email, password) =>
        wachtAnswer((await new WachtClient(app).signUp({ email, password })).answer),
    },
    'a wacht reset': {
      weak: 'WEAK_PASSWORD',
      door: async (email, password) => {
        await app.createAccount({ email, secondFactor: 'none' });
        const token = await resetToken(email);
        return wachtAnswer(await new WachtClient(app).post('/auth/reset-password', { token, password }));
      },
    },
    'a yat registration': {
      weak: 'weak',
      door: async (email, password) => yatAnswer(await yat.post('/users', { email, password })),
    },
    'a yat change': {
      weak: 'weak',
      door: async (email, password) => {
        await app.createAccount({ email, secondFactor: 'none' });
        const { access_token } = (await yat.signIn(email)).body;
        return yatAnswer(await yat.call('PATCH', '/account', { password }, access_token));
      },
    },
  };

  describe.each(Object.keys(doors))('at %s', (name) => {
    const { weak, door } = doors[name] as { weak: string; door: Door };

    it('is refused when everybody guesses it', async () => {
      expect(await door(freshEmail(), '12345678')).toBe(weak);
      expect(await door(freshEmail(), 'letmein123')).toBe(weak);
    });

    it('is refused when it is what its owner is known by', async () => {
      const email = freshEmail();
      expect(await door(email, email)).toBe(weak);
    });

    it('is refused when it is what the service is known by', async () => {
      for (const known of ['zirbelholz12', 'Kaltwasserhof1'])
        expect(await door(freshEmail(), known)).toBe(weak);
    });

    it('is taken when it is neither', async () => {
      expect(await door(freshEmail(), GOOD)).toBe(true);
    });
  });

  it('is the one that was typed and no other: case, blanks at its edges and the end of a long one count', async () => {
    const long = `${GOOD} `.repeat(6).slice(0, 128).padEnd(128, 'x');
    for (const chosen of ['  Gelbe Kanne im Schnee 7 ', long]) {
      const email = freshEmail();
      expect((await yat.post('/users', { email, password: chosen })).status).toBe(200);
      for (const other of [chosen.trim().toLowerCase(), chosen.toUpperCase(), chosen.slice(0, -1)])
        expect((await yat.signIn(email, other)).status).toBe(401);
      expect((await yat.signIn(email, chosen)).status).toBe(200);
    }
  });

  it('leaves the link good when it is refused', async () => {
    const email = freshEmail();
    await app.createAccount({ email, secondFactor: 'none' });
    const token = await resetToken(email);
    const reset = (password: string) =>
      new WachtClient(app).post('/auth/reset-password', { token, password });
    expect((await reset(email)).code).toBe('WEAK_PASSWORD');
    expect((await reset(GOOD)).status).toBe(200);
    expect((await yat.signIn(email, GOOD)).status).toBe(200);
  });

  it('is neither judged nor hashed for somebody without a good link', async () => {
    const judge = jest.spyOn(app.nest.get(PasswordStrength, { strict: false }), 'weaknessOf');
    const email = freshEmail();
    await app.createAccount({ email, secondFactor: 'none' });
    const used = await resetToken(email);
    await new WachtClient(app).post('/auth/reset-password', { token: used, password: GOOD });
    judge.mockClear();
    for (const token of [used, 'x'.repeat(43)]) {
      const { code } = await new WachtClient(app).post('/auth/reset-password', {
        token,
        password: '12345678',
      });
      expect(code).not.toBe('WEAK_PASSWORD');
    }
    expect(judge).not.toHaveBeenCalled();
    judge.mockRestore();
  });
});
