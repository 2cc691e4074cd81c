import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Audit1760000005000 implements MigrationInterface {
  name = 'Audit1760000005000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_events (
        id bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        event text NOT NULL,
        outcome text NOT NULL,
        protocol text,
        account_id bigint,
        session_id bigint,
        attempt_id bigint,
        client_address text,
        user_agent text,
        request_id text
      )`);
    await runner.query(
      `CREATE INDEX audit_events_account ON audit_events (account_id, id) WHERE account_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX audit_events_attempt ON audit_events (attempt_id) WHERE attempt_id IS NOT NULL`,
    );
    // Append-only for everyone who speaks SQL through the service; an owner of the table can still drop the trigger.
    await runner.query(`
      CREATE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit_events is append-only';
      END $$`);
    await runner.query(`
      CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
      FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE audit_events`);
    await runner.query(`DROP FUNCTION audit_events_append_only`);
  }
}
