import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may use the console, and the browsers in which they have signed in. */
export class Operators1760000037000 implements MigrationInterface {
  name = 'Operators1760000037000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE operators (
        id bigint PRIMARY KEY,
        email text NOT NULL,
        role text NOT NULL,
        password_hash text,
        totp_sealed text,
        totp_last_step bigint,
        wrong_codes smallint NOT NULL DEFAULT 0,
        invitation_hash text,
        invitation_expires_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT operators_email_key UNIQUE (email),
        CONSTRAINT operators_role CHECK (role IN ('support', 'admin')),
        CONSTRAINT operators_factors CHECK ((password_hash IS NULL) = (totp_sealed IS NULL))
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX operators_invitation ON operators (invitation_hash) WHERE invitation_hash IS NOT NULL`,
    );
    await runner.query(`
      CREATE TABLE operator_sessions (
        id bigint PRIMARY KEY,
        operator_id bigint NOT NULL REFERENCES operators (id) ON DELETE CASCADE,
        token_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        client_address text NOT NULL,
        CONSTRAINT operator_sessions_token_hash_key UNIQUE (token_hash)
      )`);
    await runner.query(`CREATE INDEX operator_sessions_operator ON operator_sessions (operator_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE operator_sessions`);
    await runner.query(`DROP TABLE operators`);
  }
}
