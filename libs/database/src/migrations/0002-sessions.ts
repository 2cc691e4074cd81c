import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sessions1760000002000 implements MigrationInterface {
  name = 'Sessions1760000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sessions (
        id bigint PRIMARY KEY,
        account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        protocol text NOT NULL,
        stage text NOT NULL,
        token_hash text NOT NULL CONSTRAINT sessions_token_hash_key UNIQUE,
        amr jsonb NOT NULL,
        client_address text NOT NULL,
        user_agent text NOT NULL,
        created_at timestamptz NOT NULL,
        signed_in_at timestamptz,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text,
        CONSTRAINT sessions_stage CHECK (stage IN ('pending', 'signed_in')),
        CONSTRAINT sessions_end CHECK ((ended_at IS NULL) = (end_reason IS NULL))
      )`);
    await runner.query(`CREATE INDEX sessions_live ON sessions (account_id) WHERE ended_at IS NULL`);
    await runner.query(`CREATE INDEX sessions_expires_at ON sessions (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE sessions`);
  }
}
