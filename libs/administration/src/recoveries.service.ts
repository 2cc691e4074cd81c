import { Injectable } from '@nestjs/common';
import { PendingRecoveryEntity } from '@app/accounts';
import { isId } from '@app/kernel';
import { DataSource, IsNull, LessThan } from 'typeorm';
import { OperatorError } from './operator-error.js';
import { only } from './words.js';

/** A proven recovery that waits until it is due. */
export type WaitingRecovery = Pick<
  PendingRecoveryEntity,
  'id' | 'accountId' | 'protocol' | 'createdAt' | 'dueAt'
>;

const NEWEST = '9223372036854775807';

/** The recoveries that wait for their time, which `AccountStateService.stopRecovery` stops. */
@Injectable()
export class RecoveriesService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The newest first; `below`: the cursor of the page before.
   *
   * @throws OperatorError `invalid_parameters` for one that cannot be a cursor
   */
  async waiting(most: number, below = NEWEST): Promise<{ recoveries: WaitingRecovery[]; cursor?: string }> {
    if (!isId(below))
      throw new OperatorError('The cursor is none that this list has given.', 'invalid_parameters');
    const found = await this.dataSource.getRepository(PendingRecoveryEntity).find({
      where: { endedAt: IsNull(), id: LessThan(below) },
      order: { id: 'DESC' },
      take: most + 1,
    });
    const recoveries = found
      .slice(0, most)
      .map((row) => only(row, 'id', 'accountId', 'protocol', 'createdAt', 'dueAt'));
    return { recoveries, cursor: found.length > most ? recoveries.at(-1)?.id : undefined };
  }
}
