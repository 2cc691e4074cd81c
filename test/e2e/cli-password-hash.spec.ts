import { sql } from '@app/database';
import { PASSWORD, TestCli } from '../support/test-cli.js';

describe('account create with what another system made of the password', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const row = async (id: string) =>
    (await cli.rows<Record<string, unknown>>(sql`SELECT * FROM accounts WHERE id = ${id}`))[0];
  const accounts = async () => (await cli.rows(sql`SELECT FROM accounts`)).length;
  const BCRYPT = '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  const bring = (hash: string, email: string, ...more: string[]) =>
    cli.run(['account', 'create', '--email', email, '--password-hash-stdin', ...more], hash);

  it('takes it over as it is, and prints the id alone', async () => {
    const { code, out, err } = await bring(`${BCRYPT}\n`, 'moved@example.com');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await row(out.trim())).toMatchObject({ password_hash: BCRYPT });
  });

  it.each([
    ['$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', /cost of bcrypt has to be from 4 to 14/],
    [
      '$pbkdf2-sha256$i=2147483648$AAAA$AAAAAAAAAAAAAAAAAAAAAA==',
      /iterations of PBKDF2 has to be from 1 to 2000000/,
    ],
    ['correct horse battery', /hash has blanks/],
    [PASSWORD.replaceAll(' ', '-'), /no form that is known/],
    [`${BCRYPT}\n${BCRYPT}`, /hash has blanks/],
    ['', /no form that is known/],
  ])('refuses %j in a sentence, makes nothing and does not repeat it', async (hash, sentence) => {
    const before = await accounts();
    const { code, out, err } = await bring(hash, 'refused@example.com');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(sentence);
    if (hash) expect(err).not.toContain(hash);
    expect(await accounts()).toBe(before);
  });

  it('takes one of both, and needs one', async () => {
    expect((await bring(BCRYPT, 'both@example.com', '--password-stdin')).err).toMatch(
      /cannot be used with option/,
    );
    const { code, err } = await cli.run(['account', 'create', '--email', 'none@example.com'], PASSWORD);
    expect(code).toBe(2);
    expect(err).toMatch(/--password-stdin or --password-hash-stdin/);
  });
});
