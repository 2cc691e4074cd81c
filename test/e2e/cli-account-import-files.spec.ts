import { join } from 'node:path';
import { BCRYPT, ImportFiles, ndjson } from '../support/import-files.js';

describe('the files that account import reads', () => {
  let people: ImportFiles;

  beforeAll(async () => {
    people = await ImportFiles.start();
  });
  afterAll(() => people.stop());

  it('reads a mark of the encoding, both ends of lines, empty lines and a last line without an end', async () => {
    const content = [people.person(), people.person(), people.person()].map((each) => JSON.stringify(each));
    const bytes = Buffer.from(`\ufeff${content[0]}\r\n\n${content[1]}\n${content[2]}`);
    expect(await people.apply(people.write(bytes))).toMatchObject({ code: 0, summary: { created: 3 } });
  });

  it('refuses a line that is too long, no JSON, not in UTF-8 or has a key twice, and takes the others', async () => {
    const long = (length: number) => {
      const value = people.person();
      const { length: least } = JSON.stringify({ ...value, firstName: '' });
      return `${JSON.stringify(value).slice(0, -1)},"firstName":"${'x'.repeat(length - least)}"}\n`;
    };
    const content = Buffer.concat([
      Buffer.from(ndjson(people.person())),
      Buffer.from(long(65_537)),
      Buffer.from(long(65_536)),
      Buffer.from('{"externalId": \n'),
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]),
      Buffer.from('{"externalId":"a","email":"a@example.com","external\\u0049d":"b"}\n'),
      Buffer.from(ndjson(people.person())),
    ]);
    const { findings, summary } = await people.apply(people.write(content));
    expect(findings.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'it is longer than 65536 bytes'],
      [3, expect.stringMatching(/^firstName: /)],
      [4, 'it is not JSON'],
      [5, 'it is not in UTF-8'],
      [6, 'it has a key twice'],
    ]);
    expect(summary).toMatchObject({ created: 2, refused: 5 });
  });

  it('reads a CSV by its header', async () => {
    const [one, two] = [people.person(), people.person()];
    const path = people.write(
      [
        'externalId,email,emailVerified,username,backupCodes,passwordHash',
        `${one.externalId},${one.email},true,"o""ne",,${BCRYPT}`,
        `${two.externalId},${two.email},false,,"[{""code"":""abcdefgh""}]",`,
        'too,few',
      ].join('\r\n'),
      'people.csv',
    );
    expect(await people.apply(path)).toMatchObject({
      summary: { created: 2, refused: 1 },
      findings: [{ line: 4, reason: 'it has 2 columns, and the header 6' }],
    });
    expect(await people.account(one.externalId)).toMatchObject({ username: 'o"ne', password_hash: BCRYPT });
    expect(await people.account(two.externalId)).toMatchObject({ username: null, activated_at: null });
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeff{"externalId":"1"}', 'utf16le'), /^The file is in UTF-16/],
    [
      'a CSV whose quotes do not end',
      `externalId,email\n"${'x'.repeat(70_000)}`,
      /^The CSV cannot be read any further/,
    ],
    ['a CSV that names a column twice', 'email,email\na,b\n', /^The header of the CSV/],
  ])('stops in a sentence at %s', async (_, content, sentence) => {
    const { code, err } = await people.cli.run(['account', 'import', people.write(content), '--apply']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(sentence) });
  });

  it('stops in a sentence at a file that is not there, and knows its formats', async () => {
    expect(await people.cli.run(['account', 'import', join(people.folder, 'none')])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ENOENT/),
    });
    expect(await people.cli.run(['account', 'import', 'x', '--format', 'ldap'])).toMatchObject({ code: 2 });
  });

  it.each([
    ['{"realm":"acme"}', /^The file has no list of people/],
    ['{"users":[{"id":"1"}', /^The file ends in the middle/],
  ])('stops in a sentence at %s', async (content, sentence) => {
    const answer = await people.cli.run(['account', 'import', people.write(content), '--format', 'keycloak']);
    expect(answer).toMatchObject({ code: 1, err: expect.stringMatching(sentence) });
  });
});
