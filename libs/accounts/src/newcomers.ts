import type { Identifier, RequestContext } from '@app/kernel';

/** Somebody whom another system knows, and who has no password here. */
export interface Newcomer {
  /** What that system has made of their password. */
  verifiers: string;
  /** Takes them over, unless somebody else did at this moment. */
  bring(): Promise<void>;
}

/** Asks another system for whom nobody knows here; provided where one is configured (`MIGRATION_URL`). */
export abstract class Newcomers {
  /** Whom it knows by that name. Never fails: who cannot be asked knows nobody. */
  abstract ask(login: Identifier, now: RequestContext['now']): Promise<Newcomer | undefined>;
}
