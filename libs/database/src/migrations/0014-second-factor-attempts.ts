import type { MigrationInterface, QueryRunner } from 'typeorm';

const OPEN = `purpose = 'second_factor' AND factor = 'second' AND status = 'open'`;

/**
 * A second factor has one purpose in all protocols, so that a success closes what is open of it everywhere, and of a kind one attempt
 * is open in a session (or, where codes are for the account, in a protocol): calls at once cannot open several and try at each.
 */
export class SecondFactorAttempts1760000014000 implements MigrationInterface {
  name = 'SecondFactorAttempts1760000014000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX attempts_docspace`);
    await runner.query(`
      UPDATE attempts SET purpose = 'second_factor'
      WHERE status = 'open' AND ((purpose = 'sign_in' AND factor = 'second') OR purpose = 'login')`);
    await runner.query(`
      UPDATE attempts a SET status = 'superseded', closed_at = now() WHERE ${OPEN} AND EXISTS (
        SELECT FROM attempts b WHERE b.subject = a.subject AND b.protocol = a.protocol AND b.kind = a.kind
          AND b.session_id IS NOT DISTINCT FROM a.session_id AND b.id > a.id
          AND b.purpose = 'second_factor' AND b.factor = 'second' AND b.status = 'open')`);
    await runner.query(`
      CREATE UNIQUE INDEX attempts_second_factor ON attempts (subject, protocol, kind, coalesce(session_id, 0))
      WHERE ${OPEN}`);
    // A login shows the id of a key before anybody knows whose it is.
    await runner.query(`
      CREATE INDEX credentials_shown ON credentials (credential_id) WHERE revoked_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX credentials_shown`);
    await runner.query(`DROP INDEX attempts_second_factor`);
    await runner.query(`
      UPDATE attempts SET purpose = 'sign_in' WHERE purpose = 'second_factor' AND protocol = 'docspace' AND status = 'open'`);
    await runner.query(`
      CREATE UNIQUE INDEX attempts_docspace ON attempts (subject, kind)
      WHERE protocol = 'docspace' AND purpose = 'sign_in' AND status = 'open'`);
  }
}
