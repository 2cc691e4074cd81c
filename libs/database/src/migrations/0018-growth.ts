import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By what housekeeping finds what is over, without reading what is not. */
const INDEXES = {
  browser_sessions_empty: 'browser_sessions (expires_at) WHERE active_session_id IS NULL',
  attempts_due: `attempts (expires_at) WHERE status = 'open'`,
  sessions_ended: 'sessions (ended_at) WHERE ended_at IS NOT NULL',
  send_windows_over: 'send_windows (window_ends_at)',
  guess_budgets_strangers: `guess_budgets (coalesce(refills_at, '-infinity')) WHERE subject LIKE '?%'`,
};

export class Growth1760000018000 implements MigrationInterface {
  name = 'Growth1760000018000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES)) await runner.query(`CREATE INDEX ${name} ON ${on}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${Object.keys(INDEXES).join(', ')}`);
  }
}
