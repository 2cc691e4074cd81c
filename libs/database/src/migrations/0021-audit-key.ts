import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What no former release writes, and every later one does, is the key of a row that says in which partition it lies. Said of the rows
 * that are there, before they become the partition of such rows: the table does not have to be read again under its lock then. On its
 * own, because that lock lasts until the end of a migration.
 */
export class AuditKey1760000021000 implements MigrationInterface {
  name = 'AuditKey1760000021000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_events ADD CONSTRAINT audit_events_former_key
      CHECK (repeat_key IS NULL OR repeat_key < 'k' OR repeat_key >= 's') NOT VALID`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE audit_events DROP CONSTRAINT audit_events_former_key`);
  }
}
