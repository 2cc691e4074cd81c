import { Injectable } from '@nestjs/common';
import type { AccountEntity } from '@app/accounts';
import {
  AccountSearchService,
  AccountsService,
  AccountStateService,
  AccountTimelineService,
  IdentitiesService,
  SessionsService,
  type FoundAccounts,
} from '@app/administration';
import { AuthError, isId, type RequestContext } from '@app/kernel';
import type { Person } from './person.js';

const FOUND = 20;
const STEPS = 40;

/** What the support desk is shown of accounts: look-ups alone. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly states: AccountStateService,
    private readonly sessions: SessionsService,
    private readonly identities: IdentitiesService,
    private readonly searches: AccountSearchService,
    private readonly timelines: AccountTimelineService,
  ) {}

  search(text: string, cursor: string): Promise<FoundAccounts> {
    return this.searches.search({ text, most: FOUND, ...(cursor && { cursor }) });
  }

  /** By its id alone, as it stands in the address of a page. */
  async find(id: string): Promise<AccountEntity> {
    if (!isId(id)) throw new AuthError('path_unknown');
    return this.accounts.find(id);
  }

  /** `below`: where the page of the story before has ended. */
  async person({ now }: RequestContext, id: string, below: string): Promise<Person> {
    const account = await this.find(id);
    return {
      account,
      state: await this.states.of(account, now),
      sessions: await this.sessions.live(account, now),
      identities: await this.identities.of(account.id),
      story: await this.timelines.of(account, now, STEPS, ...(below ? [below] : [])),
    };
  }
}
