import { generate } from 'otplib';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { KEYS, TestCli } from '../support/test-cli.js';

describe('what an operator does to somebody who signs in', () => {
  let app: TestApp;
  let cli: TestCli;
  let client: NavixyClient;

  beforeAll(async () => {
    app = await TestApp.start({ COUNTERSIGN_KEYS: KEYS });
    // The command line lives by the clock of the machine.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    cli = await TestCli.start(app.databaseUrl);
    client = new NavixyClient(app);
  });
  afterAll(async () => {
    await cli.stop();
    await app.stop();
  });

  const create = (email: string, factor: string) =>
    cli.json<{ otpauthUri: string }>(
      ['account', 'create', '--email', email, '--second-factor', factor, '--password-stdin'],
      PASSWORD,
    );
  const codeOf = (uri: string) =>
    generate({
      secret: new URL(uri).searchParams.get('secret') as string,
      epoch: Math.floor(app.clock.now().getTime() / 1000),
    });

  it('lets in with the authenticator that was printed, and after a change only with the new one', async () => {
    const { otpauthUri } = await create('totp@example.com', 'totp');
    const first = (await client.signIn('totp@example.com')).body.hash;
    expect((await client.verify(first, await codeOf(otpauthUri))).body.success).toBe(true);

    const waiting = (await client.signIn('totp@example.com')).body.hash;
    const changed = await cli.json<{ otpauthUri: string }>([
      'account',
      'second-factor',
      'totp@example.com',
      'totp',
    ]);
    expect((await client.verify(waiting, await codeOf(changed.otpauthUri))).body.status?.code).toBe(4);

    app.clock.advanceSeconds(90);
    const second = (await client.signIn('totp@example.com')).body.hash;
    expect((await client.verify(second, await codeOf(otpauthUri))).body.success).toBe(false);
    expect((await client.verify(second, await codeOf(changed.otpauthUri))).body.success).toBe(true);
  });

  it('keeps out of a disabled account, and lets into an enabled one', async () => {
    await create('shut@example.com', 'none');
    const { hash } = (await client.signIn('shut@example.com')).body;
    expect((await cli.run(['account', 'disable', 'shut@example.com'])).out).toBe(
      'The account is disabled; 1 session ended.\n',
    );
    expect((await client.post('/user/get_info', undefined, hash)).body.success).toBe(false);
    expect((await client.signIn('shut@example.com')).body.success).toBe(false);
    await cli.run(['account', 'enable', 'shut@example.com']);
    expect((await client.signIn('shut@example.com')).body.success).toBe(true);
  });

  it('shows the lock of wrong passwords, and unlock opens it at once', async () => {
    await create('locked@example.com', 'none');
    for (let guess = 0; guess < 6; guess += 1) await client.signIn('locked@example.com', `wrong ${guess}`);
    expect((await client.signIn('locked@example.com')).body.success).toBe(false);
    expect((await cli.json(['account', 'show', 'locked@example.com'])).passwordLockedUntil).toEqual(
      expect.any(String),
    );
    expect(await cli.run(['account', 'unlock', 'locked@example.com'])).toEqual({
      code: 0,
      out: 'Wrong passwords and wrong codes are forgotten.\n',
      err: '',
    });
    expect((await cli.json(['account', 'show', 'locked@example.com'])).passwordLockedUntil).toBeNull();
    expect((await client.signIn('locked@example.com')).body.success).toBe(true);
  });

  it('shows that codes are refused, and unlock gives the guesses back', async () => {
    const { otpauthUri } = await create('guessed@example.com', 'totp');
    const wrong = async (hash: string) =>
      client.verify(hash, String((Number(await codeOf(otpauthUri)) + 500_000) % 1_000_000).padStart(6, '0'));
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const { hash } = (await client.signIn('guessed@example.com')).body;
      for (let guess = 0; guess < 5; guess += 1) await wrong(hash);
    }
    const { hash } = (await client.signIn('guessed@example.com')).body;
    expect((await client.verify(hash, await codeOf(otpauthUri))).body.success).toBe(false);
    expect((await cli.json(['account', 'show', 'guessed@example.com'])).codesRefusedUntil).toEqual(
      expect.any(String),
    );
    await cli.run(['account', 'unlock', 'guessed@example.com']);
    expect((await client.verify(hash, await codeOf(otpauthUri))).body.success).toBe(true);
  });

  it('lists the session of a sign-in, and revoke ends it', async () => {
    await create('session@example.com', 'none');
    const { hash } = (await client.signIn('session@example.com')).body;
    const { sessions } = await cli.json<{ sessions: { id: string }[] }>([
      'session',
      'list',
      'session@example.com',
    ]);
    await cli.run(['session', 'revoke', sessions[0]?.id as string]);
    expect((await client.post('/user/get_info', undefined, hash)).body.success).toBe(false);
  });

  it('explains a mailed code from the password to the answer, without the code', async () => {
    await create('mailed@example.com', 'email');
    const { hash, code } = await client.pending('mailed@example.com');
    await client.verify(hash, String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
    await client.verify(hash, code);
    const { out } = await cli.run(['attempt', 'explain', 'mailed@example.com']);
    expect(out).toMatch(
      /^Attempt \d+ \(sign in with a code as second factor, by navixy\), opened .*: answered rightly /m,
    );
    expect(out).toMatch(
      /^ {2}Mail [0-9A-Z]{8} \(sign in code\) to m…d@example\.com, asked for .*: handed over .*, 1 hand-over\.$/m,
    );
    expect(out).toMatch(/^ {4}\S+ \S+Z try 1 with \S+: sent$/m);
    expect(out).toMatch(/password: accepted.*\n.*code\.verify: wrong.*\n.*code\.verify: redeemed/);
    expect(out).not.toMatch(new RegExp(`${code}|${hash}`));
  });
});
