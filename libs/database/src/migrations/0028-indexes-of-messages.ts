import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What takes as long as the table is large, beside all that goes on: indexes are built, and a check is looked at, while messages come and
 * go. Without a transaction, which such an index cannot have; so it may have been broken off anywhere, and begins anew.
 */
export class IndexesOfMessages1760000028000 implements MigrationInterface {
  name = 'IndexesOfMessages1760000028000';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE messages VALIDATE CONSTRAINT messages_state`);
    // The former index is there until the new one is: a queue without one would be read as a whole for every message.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS messages_due_next`);
    await runner.query(`
      CREATE INDEX CONCURRENTLY messages_due_next ON messages (channel, notice, expires_at, next_try_at)
      WHERE state = 'queued'`);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS messages_due`);
    await runner.query(`ALTER INDEX messages_due_next RENAME TO messages_due`);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS messages_reference`);
    await runner.query(
      `CREATE UNIQUE INDEX CONCURRENTLY messages_reference ON messages (reference) WHERE reference IS NOT NULL`,
    );
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS messages_provider_id`);
    await runner.query(`
      CREATE INDEX CONCURRENTLY messages_provider_id ON messages (provider_id)
      WHERE channel = 'sms' AND provider_id IS NOT NULL`);
  }

  /** In a transaction, as it is always taken back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX messages_provider_id`);
    await runner.query(`DROP INDEX messages_reference`);
    await runner.query(`DROP INDEX messages_due`);
    await runner.query(`CREATE INDEX messages_due ON messages (next_try_at) WHERE state = 'queued'`);
  }
}
