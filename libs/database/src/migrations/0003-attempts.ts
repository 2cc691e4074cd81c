import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Attempts1760000003000 implements MigrationInterface {
  name = 'Attempts1760000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE attempts (
        id bigint PRIMARY KEY,
        purpose text NOT NULL,
        factor text NOT NULL,
        kind text NOT NULL,
        method text NOT NULL,
        protocol text NOT NULL,
        subject text NOT NULL,
        account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
        session_id bigint REFERENCES sessions (id) ON DELETE CASCADE,
        key_id text,
        secret_hash text,
        status text NOT NULL DEFAULT 'open',
        tries_left smallint NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT attempts_factor CHECK (factor IN ('first', 'second')),
        CONSTRAINT attempts_kind CHECK (kind IN ('code', 'link', 'totp')),
        CONSTRAINT attempts_method CHECK (method IN ('email', 'sms', 'otp')),
        CONSTRAINT attempts_status CHECK (status IN ('open', 'consumed', 'expired', 'exhausted', 'superseded')),
        CONSTRAINT attempts_tries CHECK (tries_left >= 0),
        CONSTRAINT attempts_closed CHECK ((status = 'open') = (closed_at IS NULL)),
        CONSTRAINT attempts_secret CHECK ((kind = 'totp') = (secret_hash IS NULL))
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX attempts_session ON attempts (session_id) WHERE session_id IS NOT NULL`);
    await runner.query(`CREATE INDEX attempts_open ON attempts (subject, purpose) WHERE status = 'open'`);
    await runner.query(`CREATE INDEX attempts_account ON attempts (account_id) WHERE account_id IS NOT NULL`);
    await runner.query(`CREATE UNIQUE INDEX attempts_link ON attempts (secret_hash) WHERE kind = 'link'`);
    await runner.query(`CREATE INDEX attempts_expires_at ON attempts (expires_at)`);
    await runner.query(`
      CREATE TABLE guess_budgets (
        subject text NOT NULL,
        factor text NOT NULL,
        spent integer NOT NULL DEFAULT 0,
        refills_at timestamptz,
        PRIMARY KEY (subject, factor)
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE send_windows (
        subject text NOT NULL,
        purpose text NOT NULL,
        next_at timestamptz NOT NULL,
        sent integer NOT NULL,
        window_ends_at timestamptz NOT NULL,
        PRIMARY KEY (subject, purpose)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE send_windows, guess_budgets, attempts`);
  }
}
