import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By the beginning of a name, whatever the collation of the database is: in the order of bytes. */
const INDEXES = {
  accounts_email_prefix: 'accounts (email text_pattern_ops) WHERE email IS NOT NULL',
  accounts_username_prefix: 'accounts (username text_pattern_ops) WHERE username IS NOT NULL',
  accounts_phone_prefix: 'accounts (phone text_pattern_ops) WHERE phone IS NOT NULL',
  accounts_org: 'accounts (org_id, id) WHERE org_id IS NOT NULL',
  accounts_tenant: 'accounts (tenant_id, id) WHERE tenant_id IS NOT NULL',
};

/**
 * By what operators look for accounts. Without a transaction, which such an index cannot have; so it may have been broken off anywhere, and
 * begins anew.
 */
export class Search1760000036000 implements MigrationInterface {
  name = 'Search1760000036000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES)) {
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
    }
  }

  /** In a transaction, as it is always taken back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${Object.keys(INDEXES).join(', ')}`);
  }
}
