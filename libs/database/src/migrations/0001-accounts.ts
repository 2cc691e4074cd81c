import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Accounts1760000001000 implements MigrationInterface {
  name = 'Accounts1760000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SEQUENCE worker_numbers MINVALUE 0 MAXVALUE 1023 CYCLE`);
    await runner.query(`
      CREATE TABLE accounts (
        id bigint PRIMARY KEY,
        uuid uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT accounts_uuid_key UNIQUE,
        email text CONSTRAINT accounts_email_key UNIQUE,
        username text CONSTRAINT accounts_username_key UNIQUE,
        phone text CONSTRAINT accounts_phone_key UNIQUE,
        password_hash text,
        second_factor text NOT NULL DEFAULT 'none',
        org_id text,
        tenant_id text,
        language text NOT NULL DEFAULT 'en',
        activated_at timestamptz,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT accounts_identified CHECK (num_nonnulls(email, username, phone) > 0),
        CONSTRAINT accounts_second_factor CHECK (second_factor IN ('none', 'email', 'sms', 'totp'))
      )`);
    await runner.query(`
      CREATE TABLE totp_factors (
        account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
        secret_sealed text NOT NULL,
        last_step bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL
      )`);
    // Logged, unlike the request limits: a crash must not hand an attacker a fresh set of passwords.
    await runner.query(`
      CREATE TABLE password_failures (
        key text PRIMARY KEY,
        login text NOT NULL,
        failures integer NOT NULL,
        counts_until timestamptz NOT NULL,
        locked_until timestamptz
      ) WITH (fillfactor = 50)`);
    await runner.query(`CREATE INDEX password_failures_login ON password_failures (login)`);
    await runner.query(`CREATE INDEX password_failures_counts_until ON password_failures (counts_until)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE password_failures, totp_factors, accounts`);
    await runner.query(`DROP SEQUENCE worker_numbers`);
  }
}
