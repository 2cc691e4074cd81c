import type { Sql } from '@app/database';

/** In whose words a message is written. Messages know no accounts, so whoever knows both says it; else everybody's are used. */
export abstract class MessageOrganisations {
  /** Of the account of message `m`: text, or null. */
  abstract organisation(): Sql;
}
