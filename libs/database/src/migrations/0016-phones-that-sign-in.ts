import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A phone is a credential: it signs in alone only where its owner has proven it for that, or an operator gave it. Of the phones that
 * are there, that is known of those that were signed up with, and of those that are the only name of their account; others may have been
 * put there as a second factor, by whoever was in a session then.
 */
export class PhonesThatSignIn1760000016000 implements MigrationInterface {
  name = 'PhonesThatSignIn1760000016000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts ADD COLUMN phone_signs_in boolean NOT NULL DEFAULT false`);
    await runner.query(`
      UPDATE accounts a SET phone_signs_in = true WHERE a.phone IS NOT NULL AND (
        num_nonnulls(a.email, a.username) = 0
        OR EXISTS (SELECT FROM sign_ups u WHERE u.phone = a.phone AND u.phone_proven_at IS NOT NULL AND u.completed_at IS NOT NULL))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE accounts DROP COLUMN phone_signs_in`);
  }
}
