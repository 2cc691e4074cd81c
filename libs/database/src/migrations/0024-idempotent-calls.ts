import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that a client may repeat under one key. Rows live for ten minutes. */
export class IdempotentCalls1760000024000 implements MigrationInterface {
  name = 'IdempotentCalls1760000024000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotent_calls (
        id text PRIMARY KEY,
        fingerprint text NOT NULL,
        answer_sealed text,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX idempotent_calls_expires_at ON idempotent_calls (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE idempotent_calls`);
  }
}
