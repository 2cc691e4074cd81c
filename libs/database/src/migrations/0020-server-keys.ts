import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a key ring is compared with before anything is written, and which replica has which keys. Empty at first: the ring that the
 * service is started with next is the one that counts.
 */
export class ServerKeys1760000020000 implements MigrationInterface {
  name = 'ServerKeys1760000020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE server_keys (
        key_id text PRIMARY KEY,
        proof text NOT NULL,
        added_at timestamptz NOT NULL,
        makes_since timestamptz,
        forgotten_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE replicas (
        id bigint PRIMARY KEY,
        host text NOT NULL,
        key_ids text[] NOT NULL,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE replicas, server_keys`);
  }
}
