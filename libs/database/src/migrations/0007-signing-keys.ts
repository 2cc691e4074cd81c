import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SigningKeys1760000007000 implements MigrationInterface {
  name = 'SigningKeys1760000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE signing_keys (
        kid text PRIMARY KEY,
        private_key_sealed text NOT NULL,
        created_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL,
        retired_at timestamptz,
        good_until timestamptz,
        CONSTRAINT signing_keys_retired CHECK ((retired_at IS NULL) = (good_until IS NULL)),
        CONSTRAINT signing_keys_good CHECK (good_until >= retired_at)
      )`);
    // One key has no successor yet: of replicas that make the first, or of rotations at the same moment, one wins.
    await runner.query(
      `CREATE UNIQUE INDEX signing_keys_newest ON signing_keys ((true)) WHERE good_until IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE signing_keys`);
  }
}
