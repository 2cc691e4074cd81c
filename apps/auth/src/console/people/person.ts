import type { AccountEntity, ExternalIdentityEntity } from '@app/accounts';
import type { AccountState, Timeline } from '@app/administration';
import type { SessionEntity } from '@app/sessions';

/** An account with all that the support desk is shown of it. */
export interface Person {
  account: AccountEntity;
  state: AccountState;
  sessions: SessionEntity[];
  identities: ExternalIdentityEntity[];
  story: Timeline;
}
