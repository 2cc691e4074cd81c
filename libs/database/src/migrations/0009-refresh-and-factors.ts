import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RefreshAndFactors1760000009000 implements MigrationInterface {
  name = 'RefreshAndFactors1760000009000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sessions
        ADD COLUMN refresh_hash text,
        ADD COLUMN refresh_previous_hash text,
        ADD COLUMN refresh_rotated_at timestamptz,
        ADD COLUMN absolute_ends_at timestamptz,
        ADD COLUMN second_factor_at timestamptz,
        ADD CONSTRAINT sessions_refresh CHECK (
          (refresh_hash IS NULL) = (absolute_ends_at IS NULL)
          AND (refresh_previous_hash IS NULL) = (refresh_rotated_at IS NULL)
          AND (refresh_hash IS NOT NULL OR refresh_previous_hash IS NULL))`);
    await runner.query(`
      CREATE TABLE factor_setups (
        account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
        factor text NOT NULL,
        secret_sealed text,
        phone text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT factor_setups_factor CHECK (factor IN ('sms', 'totp')),
        CONSTRAINT factor_setups_secret CHECK ((factor = 'totp') = (secret_sealed IS NOT NULL)),
        CONSTRAINT factor_setups_phone CHECK ((factor = 'sms') = (phone IS NOT NULL))
      )`);
    await runner.query(`
      CREATE TABLE backup_codes (
        account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        code_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        used_at timestamptz,
        PRIMARY KEY (account_id, code_hash)
      )`);
    await runner.query(`
      CREATE TABLE magic_links (
        attempt_id bigint PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
        redirect_url text,
        client_address text NOT NULL,
        user_agent text NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE magic_links, backup_codes, factor_setups`);
    await runner.query(`
      ALTER TABLE sessions
        DROP CONSTRAINT sessions_refresh,
        DROP COLUMN refresh_hash,
        DROP COLUMN refresh_previous_hash,
        DROP COLUMN refresh_rotated_at,
        DROP COLUMN absolute_ends_at,
        DROP COLUMN second_factor_at`);
  }
}
