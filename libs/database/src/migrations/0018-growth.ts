import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By what housekeeping finds what is over, without reading what is not. */
const INDEXES = {
  browser_sessions_empty: 'browser_sessions (expires_at) WHERE active_session_id IS NULL',
  attempts_due: `attempts (expires_at) WHERE status = 'open'`,
  sessions_ended: 'sessions (ended_at) WHERE ended_at IS NOT NULL',
  send_windows_over: 'send_windows (window_ends_at)',
  accounts_unproven: 'accounts (created_at) WHERE activated_at IS NULL AND invited_at IS NULL',
  guess_budgets_strangers: `guess_budgets (coalesce(refills_at, '-infinity')) WHERE subject LIKE '?%'`,
};

/** By what an account that is deleted finds all that hangs on it, and not only what is alive. */
const OF_ACCOUNTS = {
  sessions_account: 'sessions (account_id)',
  credentials_account: 'credentials (account_id)',
  pending_recoveries_all: 'pending_recoveries (account_id)',
};
const ALL = { ...INDEXES, ...OF_ACCOUNTS };

/** What is recorded stays as it is, but for two things: that the same happened once more, and its end after the retention. */
const APPEND_ONLY = `
  IF TG_OP = 'UPDATE' AND NEW.repeated = OLD.repeated + 1 AND to_jsonb(NEW) - 'repeated' = to_jsonb(OLD) - 'repeated' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND OLD.at <= nullif(current_setting('countersign.audit_purged_before', true), '')::timestamptz THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit_events is append-only';`;

export class Growth1760000018000 implements MigrationInterface {
  name = 'Growth1760000018000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(ALL)) await runner.query(`CREATE INDEX ${name} ON ${on}`);
    await runner.query(`
      ALTER TABLE audit_events ADD COLUMN repeat_key text, ADD COLUMN repeated integer NOT NULL DEFAULT 0`);
    await runner.query(`
      CREATE UNIQUE INDEX audit_events_repeat_key ON audit_events (repeat_key) WHERE repeat_key IS NOT NULL`);
    await runner.query(`
      CREATE INDEX audit_events_refusals ON audit_events (at) WHERE repeat_key IS NOT NULL`);
    await this.guardAudit(runner, APPEND_ONLY, ['TRUNCATE'], ['UPDATE', 'DELETE']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.guardAudit(
      runner,
      `RAISE EXCEPTION 'audit_events is append-only';`,
      ['UPDATE', 'DELETE', 'TRUNCATE'],
      [],
    );
    await runner.query(`ALTER TABLE audit_events DROP COLUMN repeat_key, DROP COLUMN repeated`);
    await runner.query(`DROP INDEX ${Object.keys(ALL).join(', ')}`);
  }

  /** `statements`: what is looked at as a whole; `rows`: what is looked at row by row. */
  private async guardAudit(
    runner: QueryRunner,
    body: string,
    statements: string[],
    rows: string[],
  ): Promise<void> {
    await runner.query(`DROP TRIGGER IF EXISTS audit_events_append_only ON audit_events`);
    await runner.query(`DROP TRIGGER IF EXISTS audit_events_rows ON audit_events`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`);
    await runner.query(`
      CREATE TRIGGER audit_events_append_only BEFORE ${statements.join(' OR ')} ON audit_events
      FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()`);
    if (rows.length)
      await runner.query(`
        CREATE TRIGGER audit_events_rows BEFORE ${rows.join(' OR ')} ON audit_events
        FOR EACH ROW EXECUTE FUNCTION audit_events_append_only()`);
  }
}
