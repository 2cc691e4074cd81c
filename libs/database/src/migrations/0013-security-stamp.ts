import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything that is alive stays so: the stamps of an account and of what was made for it begin alike. */
export class SecurityStamp1760000013000 implements MigrationInterface {
  name = 'SecurityStamp1760000013000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['accounts', 'sessions', 'attempts']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN security_stamp integer NOT NULL DEFAULT 0`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['accounts', 'sessions', 'attempts']) {
      await runner.query(`ALTER TABLE ${table} DROP COLUMN security_stamp`);
    }
  }
}
