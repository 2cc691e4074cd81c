import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Docspace1760000011000 implements MigrationInterface {
  name = 'Docspace1760000011000';

  async up(runner: QueryRunner): Promise<void> {
    // Made once for the deployment and never changed: every client-side password hash hangs on it.
    await runner.query(`CREATE TABLE client_password_salt (salt text PRIMARY KEY)`);
    await runner.query(`
      INSERT INTO client_password_salt
      SELECT encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'hex')`);
    await runner.query(`ALTER TABLE backup_codes ADD COLUMN code_sealed text`);
    // Of calls that cross, one opens an attempt: the others find it.
    await runner.query(`
      CREATE UNIQUE INDEX attempts_docspace ON attempts (subject, kind)
      WHERE protocol = 'docspace' AND purpose = 'sign_in' AND status = 'open'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE client_password_salt`);
    await runner.query(`DROP INDEX attempts_docspace`);
    await runner.query(`ALTER TABLE backup_codes DROP COLUMN code_sealed`);
  }
}
