import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An account has a ceiling of sessions: each sign-in looks through those it has. What an account has gathered without one ends here, down
 * to what one sign-in can look through; the first one then brings it to the ceiling that is configured.
 */
export class SessionsOfAnAccount1760000019000 implements MigrationInterface {
  name = 'SessionsOfAnAccount1760000019000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE sessions SET ended_at = now(), end_reason = 'surplus' WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER (PARTITION BY account_id, stage
            ORDER BY expires_at > now() DESC, greatest(created_at, refresh_rotated_at) DESC, id DESC) AS place
          FROM sessions WHERE ended_at IS NULL) r WHERE place > 1000)`);
    await runner.query(`CREATE INDEX sessions_surplus ON sessions (ended_at) WHERE end_reason = 'surplus'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX sessions_surplus`);
  }
}
