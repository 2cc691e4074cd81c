import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A key that its owner has put out of use, and may take back: one that was revoked otherwise stays so. */
export class DeactivatedKeys1760000033000 implements MigrationInterface {
  name = 'DeactivatedKeys1760000033000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials ADD COLUMN deactivated_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE credentials DROP COLUMN deactivated_at`);
  }
}
