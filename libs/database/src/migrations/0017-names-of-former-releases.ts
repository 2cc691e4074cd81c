import type { MigrationInterface, QueryRunner } from 'typeorm';

/** In words of SQL, so an estimate: `account check` asks the rules themselves. */
const MAY_BE_OTHERS = `
  email !~ '^[^][:space:][:cntrl:]@,;:<>()[\\\\"]{1,64}@([a-z0-9-]{1,63}[.])+[a-z0-9-]{2,63}$' OR octet_length(email) > 254
  OR username ~ '[[:space:][:cntrl:]@]' OR username LIKE '+%' OR length(username) > 64
  OR username ~ '^([0-9]{15,19}|.{8}(-.{4}){3}-.{12})$'`;

/**
 * Names that former releases have stored as the rules of today would not. Says how many there may be, and changes nothing: an address is
 * found in all its spellings, and which of two accounts is whose an operator has to find out.
 */
export class NamesOfFormerReleases1760000017000 implements MigrationInterface {
  name = 'NamesOfFormerReleases1760000017000';

  async up(runner: QueryRunner): Promise<void> {
    const [{ count }] = (await runner.query(
      `SELECT count(*)::int AS count FROM accounts WHERE ${MAY_BE_OTHERS}`,
    )) as [{ count: number }];
    const note = `Accounts with names that would be refused or written otherwise today: about ${count} (account check lists them).`;
    if (count > 0) runner.dataSource.logger.log('info', note, runner);
  }

  async down(): Promise<void> {
    // Nothing was done.
  }
}
