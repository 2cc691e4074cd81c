import type { Sql } from '@app/database';

/**
 * Which messages carry what something newer has taken the place of. Messages know no attempts, so whoever knows both says it; where
 * nobody does, every message is sent.
 */
export abstract class OvertakenMessages {
  /** Condition on message `m`, never null. */
  abstract condition(): Sql;
}
