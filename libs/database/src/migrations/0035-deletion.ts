import type { MigrationInterface, QueryRunner } from 'typeorm';
import { GUARD_OF_PARTITIONS, GUARD_THAT_FORGETS } from './audit-functions.js';

const INDEXES = {
  accounts_deletion_due: 'accounts (deletion_due_at) WHERE deletion_due_at IS NOT NULL',
  messages_account: 'messages (account_id) WHERE account_id IS NOT NULL',
};

/**
 * Accounts that are to be deleted, and the audit log that forgets by whom and from where they were used. Such an account is disabled as well,
 * which is what keeps its owner out at a replica of the release before. Without a transaction, for the indexes; so it may have been broken
 * off anywhere, and begins anew.
 */
export class Deletion1760000035000 implements MigrationInterface {
  name = 'Deletion1760000035000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE accounts ADD COLUMN IF NOT EXISTS deletion_due_at timestamptz,
        ADD COLUMN IF NOT EXISTS shut_by_deletion boolean NOT NULL DEFAULT false`);
    await runner.query(GUARD_THAT_FORGETS);
    for (const [name, on] of Object.entries(INDEXES)) {
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
    }
  }

  /** In a transaction, as it is always taken back. */
  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX ${name}`);
    await runner.query(GUARD_OF_PARTITIONS);
    await runner.query(`ALTER TABLE accounts DROP COLUMN shut_by_deletion, DROP COLUMN deletion_due_at`);
  }
}
