import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What no former release writes, and every later one does, is the key of a row that says in which partition it lies. Said of the rows
 * that are there, before they become the partition of such rows: the table does not have to be read again under its lock then. On its
 * own, because that lock lasts until the end of a migration.
 *
 * And the table of what of it is on its way to the operator's receiver.
 */
export class AuditKey1760000021000 implements MigrationInterface {
  name = 'AuditKey1760000021000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_events ADD CONSTRAINT audit_events_former_key
      CHECK (repeat_key IS NULL OR repeat_key < 'k' OR repeat_key >= 's') NOT VALID`);
    await runner.query(`
      CREATE TABLE event_stream (
        id bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        event text NOT NULL,
        outcome text NOT NULL,
        protocol text,
        account_id bigint NOT NULL,
        session_id bigint,
        attempt_id bigint,
        client_address text,
        request_id text,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX event_stream_due ON event_stream (next_try_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE event_stream`);
    await runner.query(`ALTER TABLE audit_events DROP CONSTRAINT audit_events_former_key`);
  }
}
