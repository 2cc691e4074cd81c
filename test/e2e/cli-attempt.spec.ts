import { sql } from '@app/database';
import { TestCli } from '../support/test-cli.js';

const minutes = (n: number) => new Date(Date.now() + n * 60_000);

describe('attempt explain', () => {
  let cli: TestCli;
  let account: string;
  let nextId = 5000;

  beforeAll(async () => {
    cli = await TestCli.start();
    const command = ['account', 'create', '--email', 'anna@example.com', '--password-stdin'];
    account = (await cli.json<{ id: string }>(command, 'correct horse battery')).id;
  });
  afterAll(() => cli.stop());

  async function attempt({
    status = 'open',
    tries = 5,
    expiresAt = minutes(5),
    owner = account as string | null,
    kind = 'code',
  } = {}) {
    const id = String((nextId += 1));
    const closedAt = status === 'open' ? null : minutes(-1);
    await cli.rows(sql`
      INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, key_id, secret_hash, status,
        tries_left, created_at, expires_at, closed_at)
      VALUES (${id}, 'sign_in', 'second', ${kind}, 'email', 'navixy', 'secret-subject', ${owner}, 'k', ${`secret-hash-${id}`}, ${status},
        ${tries}, ${minutes(-2)}, ${expiresAt}, ${closedAt})`);
    return id;
  }

  async function message(
    attemptId: string,
    { state = 'queued', tries = 0, lastError = null as string | null, leased = false } = {},
  ) {
    const queued = state === 'queued';
    await cli.rows(sql`
      INSERT INTO messages (id, attempt_id, account_id, channel, template, recipient, language, facts_sealed, state, tries,
        next_try_at, leased_until, last_error, created_at, expires_at, ended_at)
      VALUES (${(nextId += 1)}, ${attemptId}, ${account}, 'email', 'sign_in_code', 'anna@example.com', 'en',
        ${queued ? 'sealed-secret' : null}, ${state}, ${tries}, ${minutes(1)}, ${leased ? minutes(1) : null}, ${lastError},
        ${minutes(-2)}, ${minutes(5)}, ${queued ? null : minutes(-1)})`);
  }

  const explain = async (reference: string) => (await cli.run(['attempt', 'explain', reference])).out;

  it.each([
    ['open', {}, /: open until .*, 5 more wrong answers would end it\.$/m],
    ['open for one more answer', { tries: 1 }, /: open until .*, 1 more wrong answer would end it\.$/m],
    ['consumed', { status: 'consumed' }, /: answered rightly \S+ \S+Z\.$/m],
    ['exhausted', { status: 'exhausted', tries: 0 }, /: ended \S+ \S+Z by too many wrong answers\.$/m],
    ['superseded', { status: 'superseded' }, /: ended \S+ \S+Z, when another took its place\.$/m],
    [
      'expired, though nobody has written that down',
      { expiresAt: minutes(-1) },
      /: expired .* without the right answer\.$/m,
    ],
  ])('says of an attempt that it is %s', async (_, state, sentence) => {
    const id = await attempt(state);
    const text = await explain(id);
    expect(text).toMatch(
      new RegExp(
        `^Attempt ${id} \\(sign in with a code as second factor, by navixy\\), opened .* for account ${account}:`,
      ),
    );
    expect(text).toMatch(sentence);
  });

  it('says of one that looks open that something has happened to its account since, unless that leaves it', async () => {
    const command = ['account', 'create', '--email', 'ben@example.com', '--password-stdin'];
    const { id: owner } = await cli.json<{ id: string }>(command, 'correct horse battery');
    const [gone, left] = [await attempt({ owner }), await attempt({ owner })];
    await cli.rows(sql`UPDATE attempts SET purpose = 'recovery_stop' WHERE id = ${left}`);
    expect(await explain(gone)).toMatch(/: open until /);
    await cli.run(['session', 'revoke', 'ben@example.com']);
    expect(await explain(gone)).toMatch(/: ended by what has happened to the account since/);
    const { attempts } = await cli.json<{ attempts: object[] }>(['attempt', 'explain', gone]);
    expect(attempts).toMatchObject([{ id: gone, status: 'superseded', closedAt: null }]);
    expect(await explain(left)).toMatch(/: open until /);
    expect(await explain(await attempt({ owner: null }))).toMatch(/: open until /);
  });

  it('counts no wrong answers to a link, which never find it', async () => {
    const text = await explain(await attempt({ kind: 'link' }));
    expect(text).toMatch(/with a link as second factor, by navixy\), .*: open until \S+ \S+Z\.$/m);
    expect(text).not.toContain('wrong answer');
    expect(await explain(await attempt({ kind: 'link', status: 'consumed' }))).toContain('answered rightly');
  });

  it.each([
    ['is due', {}, /waiting, its next try is due .*, and is worth nothing after .*, 0 hand-overs\.$/m],
    ['failed so far', { tries: 2, lastError: '451 greylisted' }, /2 hand-overs \(451 greylisted\)\.$/m],
    ['is on its way', { tries: 1, leased: true }, /being handed over, 1 hand-over\.$/m],
    ['was sent', { state: 'sent', tries: 1 }, /handed over \S+ \S+Z, 1 hand-over\.$/m],
    ['died waiting', { state: 'expired' }, /not sent, because it expired first/m],
    [
      'was refused',
      { state: 'refused', tries: 1, lastError: '550 no such user' },
      /refused for good .*\(550 no such user\)\.$/m,
    ],
  ])('says of a message that it %s, and masks its address', async (_, state, sentence) => {
    const id = await attempt();
    await message(id, state);
    const text = await explain(id);
    expect(text).toMatch(/^ {2}Mail \d+ \(sign in code\) to a…a@example\.com, asked for \S+ \S+Z: /m);
    expect(text).toMatch(sentence);
  });

  it('answers one object with the attempt, its messages and what was tried at it', async () => {
    const id = await attempt({ status: 'consumed' });
    await message(id, { state: 'sent', tries: 1 });
    await cli.rows(sql`
      INSERT INTO audit_events (id, at, event, outcome, protocol, account_id, attempt_id, client_address, user_agent, request_id)
      VALUES (${(nextId += 1)}, ${minutes(-1)}, 'code.verify', 'redeemed', 'navixy', ${account}, ${id}, '192.0.2.1', 'curl', 'r1')`);
    const answer = await cli.json<{ attempts: object[]; events: object[] }>(['attempt', 'explain', id]);
    expect(answer).toEqual({
      reports: [],
      attempts: [
        expect.objectContaining({
          ...{ id, status: 'consumed', accountId: account, triesLeft: 5 },
          messages: [expect.objectContaining({ state: 'sent', recipient: 'a…a@example.com', tries: 1 })],
        }),
      ],
      events: [
        expect.objectContaining({ event: 'code.verify', outcome: 'redeemed', clientAddress: '192.0.2.1' }),
      ],
    });
  });

  it('shows the newest attempts of an account first, and all that was tried on it', async () => {
    const newest = [await attempt(), await attempt()].reverse();
    const { attempts, events } = await cli.json<{ attempts: { id: string }[]; events: { event: string }[] }>([
      ...['attempt', 'explain', 'anna@example.com'],
    ]);
    expect(attempts.slice(0, 2).map(({ id }) => id)).toEqual(newest);
    expect(attempts).toHaveLength(5);
    expect(events.map(({ event }) => event)).toContain('account.create');
  });

  it('explains an attempt at an identifier that no account has', async () => {
    expect(await explain(await attempt({ owner: null }))).toMatch(/ for account unknown: open /);
  });

  it('says that there was no attempt', async () => {
    await cli.run(['account', 'create', '--username', 'idle', '--password-stdin'], 'correct horse battery');
    expect(await explain('idle')).toMatch(
      /^There was no attempt\.\nWhat was tried:\n {2}.* account\.create: done, by cli from local\n$/,
    );
  });

  it('refuses what nobody has', async () => {
    for (const nobody of ['nobody@example.com', '4242', '9'.repeat(30)]) {
      expect(await cli.run(['attempt', 'explain', nobody])).toEqual({
        code: 1,
        out: '',
        err: `No attempt and no account has the id or identifier ${nobody}.\n`,
      });
    }
    expect(await cli.run(['attempt', 'explain'])).toMatchObject({ code: 2 });
  });

  it('never says a hash, a sealed text or a full address', () => {
    expect(cli.said).not.toMatch(/secret-|sealed-|anna@/);
  });
});
