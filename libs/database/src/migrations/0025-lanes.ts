import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATES = ['queued', 'sent', 'expired', 'refused', 'discarded', 'withheld'];

const stateCheck = (states: string[]) => `
  ALTER TABLE messages DROP CONSTRAINT messages_state,
    ADD CONSTRAINT messages_state CHECK (state IN (${states.map((state) => `'${state}'`).join(', ')})) NOT VALID`;

/**
 * What lets each channel and provider take its own messages, the most urgent first, and remembers who had them. A replica of the release
 * before writes no `notice`: what it queues goes with the codes.
 */
export class Lanes1760000025000 implements MigrationInterface {
  name = 'Lanes1760000025000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE messages
        ADD COLUMN notice boolean NOT NULL DEFAULT false,
        ADD COLUMN next_provider text,
        ADD COLUMN provider text,
        ADD COLUMN provider_id text,
        ADD COLUMN hand_overs jsonb NOT NULL DEFAULT '[]'`);
    await runner.query(stateCheck([...STATES, 'failed']));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE messages SET state = 'refused' WHERE state = 'failed'`);
    await runner.query(stateCheck(STATES));
    await runner.query(`
      ALTER TABLE messages
        DROP COLUMN notice, DROP COLUMN next_provider, DROP COLUMN provider, DROP COLUMN provider_id, DROP COLUMN hand_overs`);
  }
}
