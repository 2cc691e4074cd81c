import { sql } from '@app/database';
import { PASSWORD, TestCli } from '../support/test-cli.js';

describe('account create', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const create = (...args: string[]) => cli.run(['account', 'create', ...args, '--password-stdin'], PASSWORD);
  const row = async (id: string) =>
    (await cli.rows<Record<string, unknown>>(sql`SELECT * FROM accounts WHERE id = ${id}`))[0];
  const accounts = async () => (await cli.rows(sql`SELECT FROM accounts`)).length;

  it('makes an activated account and prints its id alone', async () => {
    const { code, out, err } = await create('--email', 'plain@example.com');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^[0-9]{15,19}\n$/);
    expect(await row(out.trim())).toMatchObject({
      email: 'plain@example.com',
      second_factor: 'none',
      language: 'en',
      activated_at: expect.any(Date),
      disabled_at: null,
    });
  });

  it('stores every identifier in the one form in which people are looked up', async () => {
    const answer = await cli.json<{ id: string; uuid: string }>(
      [
        ...[
          'account',
          'create',
          '--email',
          ' Full.Name@EXAMPLE.com',
          '--username',
          'Ada.L',
          '--phone',
          '+44 (20) 7946-0958',
        ],
        ...[
          '--org',
          '7',
          '--tenant',
          'acme',
          '--language',
          'pt-br',
          '--second-factor',
          'sms',
          '--password-stdin',
        ],
      ],
      PASSWORD,
    );
    expect(answer).toEqual({
      id: expect.stringMatching(/^\d+$/),
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await row(answer.id)).toMatchObject({
      uuid: answer.uuid,
      email: 'full.name@example.com',
      username: 'ada.l',
      phone: '+442079460958',
      org_id: '7',
      tenant_id: 'acme',
      language: 'pt-BR',
      second_factor: 'sms',
    });
  });

  it('stores an international domain as machines write it', async () => {
    const { out } = await create('--email', 'Liv@Bücher.example');
    expect(await row(out.trim())).toMatchObject({ email: 'liv@xn--bcher-kva.example' });
    const again = await create('--email', 'liv@xn--bcher-kva.example');
    expect(again).toMatchObject({ code: 1, err: 'Another account has this email.\n' });
  });

  it('prints the otpauth URI of an authenticator, whose secret is sealed at rest', async () => {
    const { out } = await create('--email', 'totp@example.com', '--second-factor', 'totp');
    const [id, uri] = out.trim().split('\n') as [string, string];
    expect(uri).toMatch(/^otpauth:\/\/totp\/Countersign:totp%40example\.com\?secret=[A-Z2-7]{32}&/);
    const secret = new URL(uri).searchParams.get('secret') as string;
    const [factor] = await cli.rows<{ secret_sealed: string }>(
      sql`SELECT * FROM totp_factors WHERE account_id = ${id}`,
    );
    expect(factor?.secret_sealed).toMatch(/^t1\./);
    expect(factor?.secret_sealed).not.toContain(secret);
  });

  it('records who made it, on this machine', async () => {
    const { out } = await create('--username', 'audited');
    const rows = await cli.rows(
      sql`SELECT event, outcome, protocol, client_address, user_agent FROM audit_events WHERE account_id = ${out.trim()}`,
    );
    expect(rows).toEqual([
      {
        event: 'account.create',
        outcome: 'done',
        protocol: 'cli',
        client_address: 'local',
        user_agent: expect.stringMatching(/./),
      },
    ]);
  });

  describe('a wrong command line', () => {
    it.each([
      ['an e-mail address without a domain', ['--email', 'anna'], /e-mail address such as/],
      [
        'an e-mail address with a display name',
        ['--email', 'Anna <anna@example.com>'],
        /e-mail address such as/,
      ],
      [
        'an e-mail address that no mail goes to',
        ['--email', '"an na"@example.com'],
        /e-mail address such as/,
      ],
      [
        'a line break in an e-mail address',
        ['--email', 'anna@example.com\nbcc: x@example.com'],
        /e-mail address such as/,
      ],
      ['two e-mail addresses', ['--email', 'anna@example.com,bob@example.com'], /e-mail address such as/],
      ['a second @', ['--email', 'anna＠home@example.com'], /e-mail address such as/],
      ['65 octets before the @', ['--email', `${'a'.repeat(65)}@example.com`], /e-mail address such as/],
      ['a ligature of 18 characters in a user name', ['--username', '\ufdfa'], /no white space/],
      [
        'a UUID in full-width letters',
        ['--username', '７c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e'],
        /look like an id/,
      ],
      ['an @ in a user name', ['--username', 'anna@home'], /no @, and no \+/],
      ['a full-width @ in a user name', ['--username', 'anna＠home'], /no @, and no \+/],
      ['a + before a user name', ['--username', '+anna'], /no @, and no \+/],
      ['a phone number as a user name', ['--username', '(+49) 151 12345678'], /no @, and no \+/],
      ['an empty user name', ['--username', '  '], /1 to 64/],
      ['a user name of 65 characters', ['--username', 'x'.repeat(65)], /1 to 64/],
      ['a control character in a user name', ['--username', 'an\tna'], /control or invisible/],
      ['an invisible character in a user name', ['--username', 'an\u200bna'], /control or invisible/],
      [
        'a user name that another account’s id may equal',
        ['--username', '250029442796093441'],
        /look like an id/,
      ],
      ['a phone number without its country', ['--phone', '0151 12345678'], /country code/],
      ['a phone number that is too short', ['--phone', '+4915'], /country code/],
      ['a phone number with an extension', ['--phone', '+4915112345678 ext 5'], /country code/],
      ['a language that is none', ['--language', 'en_US'], /language tag/],
      ['the name of a language', ['--language', 'english'], /language tag/],
      [
        'a language that nothing is written in',
        ['--username', 'sven', '--language', 'sv-SE'],
        /does not speak sv-SE: it speaks en, de/,
      ],
      ['an unknown second factor', ['--second-factor', 'fax'], /none, email, sms, totp/],
      ['an empty organisation', ['--org', ''], /visible characters/],
      ['no identifier at all', [], /needs --email, --username or --phone/],
      [
        'a mailed second factor without an address',
        ['--username', 'u', '--second-factor', 'email'],
        /needs an e-mail address/,
      ],
      [
        'a texted second factor without a phone',
        ['--email', 'a@example.com', '--second-factor', 'sms'],
        /needs a phone number/,
      ],
      ['an argument that nobody asked for', ['anna@example.com'], /too many arguments/i],
    ])('is told of: %s', async (_, args, sentence) => {
      const before = await accounts();
      const { code, out, err } = await create(...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(sentence);
      expect(err).toMatch(/^([A-Z]|--[a-z-]+: ).*[.?)]\n$/);
      expect(await accounts()).toBe(before);
    });

    it('needs --password-stdin: a password is never an argument, and what was typed as one is not repeated', async () => {
      expect(await cli.run(['account', 'create', '--email', 'a@example.com'])).toMatchObject({
        code: 2,
        err: 'An account needs --password-stdin or --password-hash-stdin.\n',
      });
      for (const typed of [[`--password=${PASSWORD}`], ['--password', PASSWORD], [`-p${PASSWORD}`]]) {
        const { code, err } = await create('--email', 'a@example.com', ...typed);
        expect(code).toBe(2);
        expect(err).not.toContain('horse');
      }
    });

    it('is told of as JSON when the answer was to be JSON', async () => {
      const { code, out, err } = await create('--email', 'anna', '--json');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(JSON.parse(err)).toEqual({ error: expect.stringContaining('e-mail address such as') });
    });
  });

  describe('a taken identifier', () => {
    beforeAll(() =>
      create('--email', 'taken@example.com', '--username', 'taken', '--phone', '+442079460000'),
    );

    it.each([
      ['--email', 'TAKEN@example.com', 'email'],
      ['--username', 'Taken', 'user name'],
      ['--phone', '+44 20 7946 0000', 'phone number'],
    ])('is refused: %s %s', async (option, value, word) => {
      const sentence = `Another account has this ${word}.`;
      expect(await create(option, value)).toEqual({ code: 1, out: '', err: `${sentence}\n` });
      expect(await create(option, value, '--json')).toEqual({
        code: 1,
        out: '',
        err: `${JSON.stringify({ error: sentence })}\n`,
      });
    });

    it('goes to one of many who ask for it at once, and the others leave nothing behind', async () => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => create('--email', 'race@example.com', '--second-factor', 'totp')),
      );
      expect(answers.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1, 1, 1]);
      expect(new Set(answers.map(({ err }) => err))).toEqual(
        new Set(['', 'Another account has this email.\n']),
      );
      const left = sql`SELECT FROM audit_events WHERE event = 'account.create' AND account_id NOT IN (SELECT id FROM accounts)`;
      expect(await cli.rows(left)).toEqual([]);
    });
  });

  it('never says the password or its verifier', async () => {
    expect(cli.said).not.toContain(PASSWORD);
    expect(cli.said).not.toContain('argon2');
  });
});
