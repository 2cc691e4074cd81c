import type { MigrationInterface, QueryRunner } from 'typeorm';

export class WhatBecameOfMessages1760000026000 implements MigrationInterface {
  name = 'WhatBecameOfMessages1760000026000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE messages ADD COLUMN reference text, ADD COLUMN disowned_at timestamptz`);
    await runner.query(`
      CREATE TABLE delivery_events (
        id text PRIMARY KEY,
        at timestamptz NOT NULL,
        reference text NOT NULL,
        kind text NOT NULL,
        provider text NOT NULL,
        detail text,
        CONSTRAINT delivery_events_kind CHECK (kind IN ('delivered', 'bounced', 'delayed', 'failed'))
      )`);
    await runner.query(`CREATE INDEX delivery_events_reference ON delivery_events (reference)`);
    await runner.query(`CREATE INDEX delivery_events_at ON delivery_events (at)`);
    await runner.query(`
      CREATE TABLE suppressed_addresses (
        address text PRIMARY KEY,
        since timestamptz NOT NULL,
        reference text NOT NULL,
        detail text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE suppressed_addresses`);
    await runner.query(`DROP TABLE delivery_events`);
    await runner.query(`ALTER TABLE messages DROP COLUMN disowned_at, DROP COLUMN reference`);
  }
}
