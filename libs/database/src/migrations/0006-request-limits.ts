import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RequestLimits1760000006000 implements MigrationInterface {
  name = 'RequestLimits1760000006000';

  async up(runner: QueryRunner): Promise<void> {
    // UNLOGGED: a crash empties it, which begins every window anew; what must outlive one is in tables of its own.
    await runner.query(`
      CREATE UNLOGGED TABLE request_limits (
        key text PRIMARY KEY,
        hits integer NOT NULL,
        expires_at timestamptz NOT NULL
      ) WITH (fillfactor = 50)`);
    await runner.query(`CREATE INDEX request_limits_expires_at ON request_limits (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE request_limits`);
  }
}
