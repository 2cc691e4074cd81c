import { sql } from '@app/database';
import { DfnsClient } from '../support/dfns-client.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { NavixyClient } from '../support/navixy-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

interface Names {
  email: string;
  username: string;
  phone: string;
}
interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}
/** What a stranger may try with names that he has heard of, and cannot sign in with. */
type Course = (app: TestApp, names: Names) => Promise<Answered[]>;

const WRONG = 'not the password';
const STRONG = 'gelbe Kanne im Schnee 7';

async function each<Item>(items: Item[], ask: (item: Item) => Promise<Answered>): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}

const twice = <Item>(items: Item[]) => items.flatMap((item) => [item, item]);

const COURSES: Record<string, Course> = {
  yat: async (app, { email, username }) => {
    const client = new YatClient(app);
    const named = [{ email }, { alternate_id: username }];
    const post = (path: string, more: object) => (name: object) => client.post(path, { ...name, ...more });
    return [
      ...(await each([...named, ...named], post('/auth/magic_link', {}))),
      ...(await each(named, post('/auth/magic_link/token', { code: '000000' }))),
      ...(await each(named, post('/account/2fa/backup_disable', { backup_code: 'aaaa-aaaa' }))),
      ...(await each(twice(named), post('/auth/token', { password: WRONG }))),
    ];
  },

  dfns: async (app, { email, username, phone }) => {
    const client = new DfnsClient(app);
    const named = [email, username, phone];
    const verificationCode = '0000-0000-0000-0000';
    return [
      ...(await each([...named, ...named], (name) => client.recoveryCode(name))),
      ...(await each(twice(named), (name) => client.post('/auth/login/code', { username: name }))),
      ...(await each(named, (name) => client.recoveryInit(name, verificationCode))),
    ];
  },

  navixy: async (app, { email, username, phone }) =>
    each([email, username, phone], (name) => new NavixyClient(app).signIn(name, WRONG)),

  docspace: async (app, { email, username, phone }) =>
    each([email, username, phone], (name) => new DocspaceClient(app).signIn(name, WRONG)),

  wacht: async (app, { email, username, phone }) => {
    const begin = async (request: object, method: string) => {
      const client = new WachtClient(app);
      const { answer, id } = await client.signIn({ ...request });
      return [answer, await client.prepare(id, method), await client.prepare(id, method)];
    };
    const password = (strategy: string, name: object) => ({ strategy, ...name, password: WRONG });
    return [
      ...(await begin({ strategy: 'email_otp', email }, 'email')),
      ...(await begin({ strategy: 'phone_otp', phone_number: phone }, 'sms')),
      ...(await begin({ strategy: 'magic_link', email }, 'email')),
      ...(await each([1, 2], () => new WachtClient(app).post('/auth/forgot-password', { email }))),
      ...(await each(
        [password('plain_email', { email }), password('plain_username', { username })],
        (request) => new WachtClient(app).post('/auth/signin', request),
      )),
    ];
  },
};

/** As a stranger sees it: without what differs from call to call, and with the waiting time. */
function seen({ status, headers, body }: Answered) {
  const text = JSON.stringify(body).replaceAll(/"(?:\d{15,}|[\w.-]{32,})"/g, '""');
  return {
    status,
    body: JSON.parse(text) as unknown,
    headers: [...headers.keys()].sort(),
    wait: headers.get('retry-after'),
  };
}

describe('abuse: what a stranger learns of who has an account', () => {
  let app: TestApp;
  let silent: TestApp;
  let people = 0;

  const many = { YAT_REQUESTS_PER_MINUTE_LIMIT: '100000', WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' };
  beforeAll(async () => {
    app = await TestApp.start(many);
    silent = await TestApp.start({ ...many, SIGNUP_DISCLOSES_ACCOUNTS: 'false' }, app);
  });
  afterAll(async () => {
    await silent.stop();
    await app.stop();
  });

  const newNames = (): Names => {
    people += 1;
    const phone = `+4915112${String(340_000 + people)}`;
    return { email: `who${people}@example.com`, username: `who-${people}`, phone };
  };
  async function person(): Promise<Names> {
    const names = newNames();
    await app.createAccount({ ...names, secondFactor: 'none' });
    return names;
  }

  it.each(Object.entries(COURSES))(
    'by %s: nothing of whether names are known, nor whether two are one person’s',
    async (_protocol, course) => {
      const [one, other, three] = [await person(), await person(), await person()];
      const cases = [newNames(), await person(), { ...one, username: other.username, phone: three.phone }];
      const courses = [];
      for (const names of cases) courses.push((await course(app, names)).map(seen));
      const [unknown, known, several] = courses;
      expect(known).toEqual(unknown);
      expect(several).toEqual(unknown);
    },
  );

  it('a person gets one link in a minute, by whichever names it is asked for', async () => {
    const { email, username } = await person();
    const client = new YatClient(app);
    const ask = async (name: object) => (await client.post('/auth/magic_link', name)).status;
    const mails = () => app.rows(sql`SELECT id FROM messages WHERE recipient = ${email}`);
    expect([await ask({ email }), await ask({ alternate_id: username })]).toEqual([200, 200]);
    expect(await mails()).toHaveLength(1);
    app.clock.advanceSeconds(59);
    expect([await ask({ email }), await ask({ alternate_id: username })]).toEqual([429, 429]);
    app.clock.advanceSeconds(1);
    expect([await ask({ alternate_id: username }), await ask({ email })]).toEqual([200, 200]);
    expect(await mails()).toHaveLength(2);
    for (const name of [{ email }, { alternate_id: username }, { email }, { alternate_id: username }]) {
      app.clock.advanceSeconds(60);
      expect(await ask(name)).toBe(200);
    }
    expect(await mails()).toHaveLength(5);
    const events = await app.rows<{ outcome: string }>(
      sql`SELECT outcome FROM audit_events e JOIN accounts a ON a.id = e.account_id WHERE a.email = ${email} ORDER BY e.id`,
    );
    expect(events.map(({ outcome }) => outcome).filter((outcome) => outcome === 'enough')).toHaveLength(3);
  });

  describe('by POST /users, where sign-ups disclose no accounts', () => {
    const register = (request: object) => new YatClient(silent).post('/users', request);

    /** The whole course that a registration can take for who cannot read the mail. */
    async function course(email: string) {
      const client = new YatClient(silent);
      const request = { email, password: STRONG, alternate_id: `new-${(people += 1)}`, first_name: 'Ada' };
      const answers = [await register(request), await register(request)];
      answers.push(await client.signIn(email, STRONG));
      answers.push(await client.post('/auth/magic_link', { user_id: answers[0]?.body.user?.['id'] }));
      answers.push(await client.post('/auth/magic_link', { email }));
      const { body } = await new WachtClient(silent).post('/auth/identifier-availability', { email });
      const { answer: signedUp } = await new WachtClient(silent).signUp({ password: STRONG, email });
      const { alternate_id } = request;
      answers.push(await register({ alternate_id, password: STRONG }));
      const plain = JSON.stringify([...answers.map(seen), body.data, seen(signedUp)]);
      return plain.replaceAll(email, 'EMAIL').replaceAll(alternate_id, 'NAME');
    }

    it('nothing, by all that can be done with the answer', async () => {
      const { email } = await person();
      const invited = newNames().email;
      await app.invite({ email: invited });
      const registered = newNames().email;
      await new YatClient(app).post('/users', { email: registered, password: 'somebody elses 9 words' });
      const free = await course(newNames().email);
      expect(await course(email)).toBe(free);
      expect(await course(invited)).toBe(free);
      expect(await course(registered)).toBe(free);
    });

    it('the account as it was asked for, not proven, and no tokens', async () => {
      const { email } = newNames();
      const { status, body } = await register({
        email: email.toUpperCase(),
        password: STRONG,
        first_name: 'Ada',
      });
      expect(status).toBe(200);
      expect(body.user).toMatchObject({ email, first_name: 'Ada', alternate_id: null, is_active: false });
      expect(body).not.toHaveProperty('access_token');
      const rows = await app.rows(
        sql`SELECT uuid, first_name, password_hash FROM accounts WHERE email = ${email}`,
      );
      expect(rows).toEqual([{ uuid: body.user?.['id'], first_name: null, password_hash: null }]);
      const token = await mailedLink(silent, email);
      const { access_token } = (await new YatClient(silent).post('/auth/magic_link/token', { token })).body;
      expect((await new YatClient(silent).account(access_token)).body.user).toMatchObject({
        email,
        is_active: true,
      });
    });

    it('the owner of a taken address hears of it, once a minute and five times an hour', async () => {
      const { email } = await person();
      const notices = () => app.mailbox.count(email);
      await register({ email });
      expect((await app.mailbox.newest(email)).subject).toContain('already have an account');
      for (let more = 0; more < 6; more += 1) {
        await register({ email });
        app.clock.advanceSeconds(60);
        expect((await register({ email })).status).toBe(200);
      }
      await app.mailbox.newest(email, 5);
      const queued = await app.rows(sql`SELECT id FROM messages WHERE recipient = ${email}`);
      expect([queued.length, notices()]).toEqual([5, 5]);
    });

    it('that a user name is taken, whether the address is or not, and that a password is weak', async () => {
      const { email, username } = await person();
      for (const address of [email, newNames().email]) {
        const taken = await register({ email: address, alternate_id: username, password: STRONG });
        expect([taken.status, taken.body.fields]).toEqual([
          ...[422, { alternate_id: [{ code: 'uniqueness', message: 'Duplicate record' }] }],
        ]);
        const weak = await register({ email: address, password: 'password123' });
        expect([weak.status, weak.body.fields?.password?.[0]?.code]).toEqual([422, 'weak']);
      }
      expect(await app.rows(sql`SELECT id FROM messages WHERE recipient = ${email}`)).toEqual([]);
    });

    it('not by the work that it makes, either', async () => {
      const counter = new StatementCounter(silent);
      const statements: number[] = [];
      for (const { email } of [newNames(), await person()])
        statements.push((await counter.during(() => register({ email, password: STRONG }))).length);
      counter.stop();
      expect(statements).toEqual([2, 2]);
    });

    it('a name alone is registered as ever', async () => {
      const { body } = await register({ alternate_id: newNames().username, password: STRONG });
      expect(body.access_token).toEqual(expect.any(String));
    });

    it('of 16 registrations of one address at once one makes an account, and all are answered alike', async () => {
      const { email } = newNames();
      const answers = await Promise.all(Array.from({ length: 16 }, () => register({ email })));
      expect(new Set(answers.map((answer) => JSON.stringify(seen(answer).status)))).toEqual(new Set(['200']));
      expect(await app.rows(sql`SELECT id FROM accounts WHERE email = ${email}`)).toHaveLength(1);
    });
  });
});
