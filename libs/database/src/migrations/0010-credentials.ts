import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Credentials1760000010000 implements MigrationInterface {
  name = 'Credentials1760000010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE credentials (
        id bigint PRIMARY KEY,
        uuid uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT credentials_uuid_key UNIQUE,
        account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        kind text NOT NULL,
        credential_id text NOT NULL,
        name text NOT NULL,
        public_key text NOT NULL,
        sign_count bigint NOT NULL DEFAULT 0,
        transports text[] NOT NULL DEFAULT '{}',
        encrypted_private_key text,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT credentials_kind CHECK (kind IN ('Fido2', 'Key', 'RecoveryKey'))
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX credentials_active ON credentials (account_id, credential_id) WHERE revoked_at IS NULL`);
    // An authenticator makes its ids itself: the same one at two accounts is not by chance (WebAuthn §7.1, step 26).
    await runner.query(`
      CREATE UNIQUE INDEX credentials_fido2 ON credentials (credential_id) WHERE revoked_at IS NULL AND kind = 'Fido2'`);
    await runner.query(`
      CREATE TABLE pending_recoveries (
        id bigint PRIMARY KEY,
        account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        protocol text NOT NULL,
        credentials jsonb NOT NULL,
        totp_sealed text,
        created_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text,
        CONSTRAINT pending_recoveries_end CHECK ((ended_at IS NULL) = (end_reason IS NULL))
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX pending_recoveries_account ON pending_recoveries (account_id) WHERE ended_at IS NULL`);
    await runner.query(
      `CREATE INDEX pending_recoveries_due ON pending_recoveries (due_at) WHERE ended_at IS NULL`,
    );
    await this.allow(runner, `'code', 'link', 'totp', 'challenge'`, `'email', 'sms', 'otp', 'key'`);
    await runner.query(`
      CREATE UNIQUE INDEX attempts_challenge ON attempts (secret_hash) WHERE kind = 'challenge'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX attempts_challenge`);
    await runner.query(`DELETE FROM attempts WHERE kind = 'challenge' OR method = 'key'`);
    await this.allow(runner, `'code', 'link', 'totp'`, `'email', 'sms', 'otp'`);
    await runner.query(`DROP TABLE pending_recoveries, credentials`);
  }

  private async allow(runner: QueryRunner, kinds: string, methods: string): Promise<void> {
    await runner.query(`
      ALTER TABLE attempts DROP CONSTRAINT attempts_kind, DROP CONSTRAINT attempts_method,
        ADD CONSTRAINT attempts_kind CHECK (kind IN (${kinds})),
        ADD CONSTRAINT attempts_method CHECK (method IN (${methods}))`);
  }
}
