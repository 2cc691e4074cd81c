import { sql } from '@app/database';
import { PASSWORD, TestCli } from '../support/test-cli.js';

describe('a password for account create', () => {
  let cli: TestCli;

  beforeAll(async () => {
    cli = await TestCli.start();
  });
  afterAll(() => cli.stop());

  const command = (username: string) => ['account', 'create', '--username', username, '--password-stdin'];
  const make = (input: string | Buffer, username = 'refused') => cli.run(command(username), input);
  const type = (...keys: string[]) => cli.type(command('typist'), keys);

  it.each([
    ['seven characters', '1234567'],
    ['nothing', ''],
    ['an empty line', '\n'],
    ['129 characters', 'x'.repeat(129)],
    ['a file', 'x'.repeat(100_000)],
    ['seven characters of two UTF-16 units', '😀'.repeat(7)],
  ])('is refused when it is %s', async (_, input) => {
    expect(await make(input)).toEqual({
      code: 1,
      out: '',
      err: 'The password has to have 8 to 128 characters.\n',
    });
  });

  it.each([
    ['two lines', 'first line\nsecond line\n', 'one line without control characters'],
    ['a NUL in a line', 'correct\0horse', 'one line without control characters'],
    ['bytes that are no text', Buffer.from('ÿþpassword', 'latin1'), 'text in UTF-8'],
  ])('is refused when it is %s', async (_, input, sentence) => {
    expect(await make(input)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(sentence) });
  });

  it.each([
    ['eight characters', '😀'.repeat(8)],
    ['128 characters', 'é'.repeat(128)],
    ['a line that ends as lines do', 'correct horse\r\n'],
  ])('may be %s', async (what, input) => {
    expect(await make(input, what.replaceAll(' ', '-'))).toMatchObject({ code: 0, err: '' });
  });

  it('is asked for twice at a terminal, without being shown', async () => {
    const { code, out, err } = await type(`${PASSWORD}!\x7f\r`, `${PASSWORD}\r`);
    expect({ code, err }).toEqual({ code: 0, err: 'Password: \nOnce more: \n' });
    expect(out).toMatch(/^\d+\n$/);
  });

  it.each([
    ['the two differ', [`${PASSWORD}\r`, `${PASSWORD}!\r`], 'The two passwords differ.'],
    ['Ctrl-C is pressed', ['\x03'], 'No password was given.'],
    ['Ctrl-D is pressed at the second', [`${PASSWORD}\r`, '\x04'], 'No password was given.'],
  ])('is refused at a terminal when %s', async (_, keys, sentence) => {
    const before = await cli.rows(sql`SELECT FROM accounts`);
    expect(await type(...keys)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(sentence) });
    expect(await cli.rows(sql`SELECT FROM accounts`)).toEqual(before);
  });

  it('is never said, nor is its verifier', async () => {
    expect(cli.said).not.toContain(PASSWORD);
    expect(cli.said).not.toContain('argon2');
  });
});
