import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATES = ['queued', 'sent', 'expired', 'refused', 'discarded'];

export class SendLimits1760000023000 implements MigrationInterface {
  name = 'SendLimits1760000023000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE recipient_sends (
        recipient text NOT NULL,
        share text NOT NULL,
        sent_at timestamptz[] NOT NULL,
        counts_until timestamptz NOT NULL,
        PRIMARY KEY (recipient, share)
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX recipient_sends_over ON recipient_sends (counts_until)`);
    await runner.query(`
      CREATE TABLE send_counts (
        counted text PRIMARY KEY,
        for_anybody integer NOT NULL,
        for_owners integer NOT NULL,
        window_ends_at timestamptz NOT NULL
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX send_counts_over ON send_counts (window_ends_at)`);
    await this.allowStates(runner, [...STATES, 'withheld']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE messages SET state = 'discarded' WHERE state = 'withheld'`);
    await this.allowStates(runner, STATES);
    await runner.query(`DROP TABLE send_counts`);
    await runner.query(`DROP TABLE recipient_sends`);
  }

  /** What is there was allowed before; to read it all again would keep everybody from the table meanwhile. */
  private async allowStates(runner: QueryRunner, states: string[]): Promise<void> {
    await runner.query(`ALTER TABLE messages DROP CONSTRAINT messages_state`);
    await runner.query(`
      ALTER TABLE messages ADD CONSTRAINT messages_state CHECK (state IN (${states.map((state) => `'${state}'`).join(', ')})) NOT VALID`);
  }
}
