import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What services behind this one are known by. */
export class ServiceKeys1760000031000 implements MigrationInterface {
  name = 'ServiceKeys1760000031000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_keys (
        id bigint PRIMARY KEY,
        name text NOT NULL,
        key_hash text NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_on date,
        revoked_at timestamptz,
        CONSTRAINT service_keys_key_hash_key UNIQUE (key_hash),
        CONSTRAINT service_keys_scopes CHECK (cardinality(scopes) > 0)
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX service_keys_name ON service_keys (name) WHERE revoked_at IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE service_keys`);
  }
}
