import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backup codes that are shown with a set-up count from its confirmation on: until then the account keeps those it has. */
export class CodesOfASetUp1760000015000 implements MigrationInterface {
  name = 'CodesOfASetUp1760000015000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE factor_setups ADD COLUMN backup_code_hashes text[]`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE factor_setups DROP COLUMN backup_code_hashes`);
  }
}
