import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An address or phone that an account is to have once its owner has proven it: one of each kind. */
export class ContactChanges1760000032000 implements MigrationInterface {
  name = 'ContactChanges1760000032000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE contact_changes (
        account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        method text NOT NULL,
        id bigint NOT NULL,
        address text NOT NULL,
        attempt_id bigint,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, method),
        CONSTRAINT contact_changes_method CHECK (method IN ('email', 'sms'))
      )`);
    await runner.query(`CREATE INDEX contact_changes_expires_at ON contact_changes (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE contact_changes`);
  }
}
