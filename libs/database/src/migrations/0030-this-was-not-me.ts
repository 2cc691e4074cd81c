import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose owner has said "this wasn't me", when, and until when sign-in asks for more because of it. */
export class ThisWasNotMe1760000030000 implements MigrationInterface {
  name = 'ThisWasNotMe1760000030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE accounts ADD COLUMN IF NOT EXISTS disowned_at timestamptz[] NOT NULL DEFAULT '{}',
        ADD COLUMN IF NOT EXISTS guarded_until timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts DROP COLUMN disowned_at, DROP COLUMN guarded_until`);
  }
}
