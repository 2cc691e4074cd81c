import { Injectable } from '@nestjs/common';
import { AccountDeletion } from '@app/administration';
import { Config } from '@app/config';
import { Ids, ownClient } from '@app/kernel';

/** Accounts whose time to be deleted has come. */
@Injectable()
export class DueDeletions {
  constructor(
    private readonly deletion: AccountDeletion,
    private readonly ids: Ids,
    private readonly config: Config,
  ) {}

  /** Deletes a batch; answers how many. */
  async purge(now: Date, batch: number): Promise<number> {
    const streams = this.config.events !== undefined;
    const call = { protocol: 'self', client: ownClient(), now, nextId: () => this.ids.next(), streams };
    return this.deletion.purge(call, batch);
  }
}
