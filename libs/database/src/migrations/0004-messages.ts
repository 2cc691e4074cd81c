import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Messages1760000004000 implements MigrationInterface {
  name = 'Messages1760000004000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE messages (
        id bigint PRIMARY KEY,
        attempt_id bigint,
        account_id bigint,
        channel text NOT NULL,
        template text NOT NULL,
        recipient text NOT NULL,
        language text NOT NULL,
        facts_sealed text,
        state text NOT NULL DEFAULT 'queued',
        tries smallint NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL,
        leased_until timestamptz,
        last_error text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT messages_channel CHECK (channel IN ('email', 'sms')),
        CONSTRAINT messages_state CHECK (state IN ('queued', 'sent', 'expired', 'refused', 'discarded')),
        CONSTRAINT messages_ended CHECK ((state = 'queued') = (ended_at IS NULL)),
        CONSTRAINT messages_erased CHECK (state = 'queued' OR facts_sealed IS NULL)
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX messages_due ON messages (next_try_at) WHERE state = 'queued'`);
    await runner.query(`CREATE INDEX messages_attempt ON messages (attempt_id) WHERE attempt_id IS NOT NULL`);
    await runner.query(`CREATE INDEX messages_expires_at ON messages (expires_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE messages`);
  }
}
