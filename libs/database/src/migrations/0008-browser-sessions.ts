import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BrowserSessions1760000008000 implements MigrationInterface {
  name = 'BrowserSessions1760000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE browser_sessions (
        id bigint PRIMARY KEY,
        token_hash text NOT NULL CONSTRAINT browser_sessions_token_hash_key UNIQUE,
        previous_token_hash text,
        rotated_at timestamptz NOT NULL,
        active_session_id bigint,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE INDEX browser_sessions_previous ON browser_sessions (previous_token_hash)
      WHERE previous_token_hash IS NOT NULL`);
    await runner.query(`CREATE INDEX browser_sessions_expires_at ON browser_sessions (expires_at)`);
    await runner.query(`
      CREATE TABLE browser_attempts (
        id bigint PRIMARY KEY,
        browser_session_id bigint NOT NULL REFERENCES browser_sessions (id) ON DELETE CASCADE,
        kind text NOT NULL,
        method text,
        subject text NOT NULL,
        account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT browser_attempts_kind CHECK (kind IN ('sign_in', 'sign_up')),
        CONSTRAINT browser_attempts_method CHECK ((kind = 'sign_in') = (method IS NOT NULL))
      )`);
    await runner.query(`CREATE INDEX browser_attempts_session ON browser_attempts (browser_session_id, id)`);
    await runner.query(`CREATE INDEX browser_attempts_expires_at ON browser_attempts (expires_at)`);
    await runner.query(`
      CREATE INDEX browser_attempts_account ON browser_attempts (account_id) WHERE account_id IS NOT NULL`);
    await runner.query(`
      CREATE TABLE sign_ups (
        id bigint PRIMARY KEY REFERENCES browser_attempts (id) ON DELETE CASCADE,
        email text,
        username text,
        phone text,
        first_name text,
        last_name text,
        password_hash text,
        language text NOT NULL,
        email_taken boolean NOT NULL,
        phone_taken boolean NOT NULL,
        email_proven_at timestamptz,
        phone_proven_at timestamptz,
        completed_at timestamptz,
        CONSTRAINT sign_ups_reachable CHECK (num_nonnulls(email, phone) > 0)
      )`);
    await runner.query(`
      ALTER TABLE accounts ADD COLUMN first_name text, ADD COLUMN last_name text,
        ADD COLUMN password_changed_at timestamptz`);
    // No foreign keys to the browser's rows: a link redeemed elsewhere must not wait for what the browser is doing.
    await runner.query(
      `ALTER TABLE sessions ADD COLUMN browser_session_id bigint, ADD COLUMN browser_attempt_id bigint`,
    );
    await runner.query(`
      ALTER TABLE attempts ADD COLUMN browser_session_id bigint, ADD COLUMN browser_attempt_id bigint,
        ADD COLUMN sign_up_id bigint`);
    await runner.query(`
      CREATE INDEX sessions_browser ON sessions (browser_session_id) WHERE browser_session_id IS NOT NULL`);
    await runner.query(`
      CREATE UNIQUE INDEX sessions_browser_attempt ON sessions (browser_attempt_id) WHERE browser_attempt_id IS NOT NULL`);
    await runner.query(`
      CREATE INDEX attempts_browser ON attempts (browser_attempt_id) WHERE browser_attempt_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE attempts DROP COLUMN browser_session_id, DROP COLUMN browser_attempt_id, DROP COLUMN sign_up_id`);
    await runner.query(`ALTER TABLE sessions DROP COLUMN browser_session_id, DROP COLUMN browser_attempt_id`);
    await runner.query(`
      ALTER TABLE accounts DROP COLUMN first_name, DROP COLUMN last_name, DROP COLUMN password_changed_at`);
    await runner.query(`DROP TABLE sign_ups, browser_attempts, browser_sessions`);
  }
}
