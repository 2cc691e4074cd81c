import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ExternalIdentities1760000012000 implements MigrationInterface {
  name = 'ExternalIdentities1760000012000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE external_identities (
        issuer text NOT NULL,
        subject text NOT NULL,
        account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        provider text NOT NULL,
        linked_at timestamptz NOT NULL,
        PRIMARY KEY (issuer, subject),
        CONSTRAINT external_identities_owner CHECK (account_id > 0)
      )`);
    // A mailbox that has a new owner is a new subject: it must not come into the account of the old one.
    await runner.query(`
      CREATE UNIQUE INDEX external_identities_account ON external_identities (account_id, issuer)`);
    // What an operator put on an account that waits for its owner is not a stranger's: it stays when the owner comes.
    await runner.query(`ALTER TABLE accounts ADD COLUMN invited_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts DROP COLUMN invited_at`);
    await runner.query(`DROP TABLE external_identities`);
  }
}
