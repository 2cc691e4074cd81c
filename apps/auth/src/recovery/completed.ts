import type { OpenChallenge } from './open-challenge.js';
import type { ProvenKeys } from './new-keys.service.js';

/** What a completed registration or recovery answers. */
export interface Completed {
  accountId: string;
  credential: { uuid: string; kind: string; name: string };
  username: string;
  orgId: string;
  userId: string;
  /** When the keys become good, if not at once. */
  activeFrom?: Date;
}

/** The answer to whoever gave an account its keys. */
export function completed(
  holder: OpenChallenge['holder'],
  { rows: [first] }: ProvenKeys,
  activeFrom?: Date,
): Completed {
  const { uuid, kind, name } = first;
  return {
    accountId: holder.id,
    credential: { uuid, kind, name },
    username: holder.name,
    orgId: holder.org_id ?? '',
    userId: holder.uuid,
    activeFrom,
  };
}
