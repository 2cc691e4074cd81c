import { Injectable } from '@nestjs/common';
import { restingSecrets, unusedBackupCodes } from '@app/accounts';
import { restingAttempts } from '@app/attempts';
import { audit, recordedAs } from '@app/audit';
import { Database, part, sql, statement, type Resting } from '@app/database';
import { restingMessages } from '@app/delivery';
import type { RequestContext } from '@app/kernel';
import { restingOperators } from '@app/operators';
import { ServerKeysRepository, type KnownKey } from '@app/server-keys';
import { restingSigningKeys } from '@app/tokens';
import { OperatorError } from './operator-error.js';

/** A key of the ring, with what still needs it. */
export interface KeyInUse extends KnownKey {
  resting: { what: string; count: number }[];
}

export interface RingStatus {
  keys: KeyInUse[];
  /** Under keys that nobody knows any more: it cannot be read. */
  lost: { keyId: string; what: string; count: number }[];
  /** Unused backup codes from before the present key made: they count under the key of their time alone. */
  olderBackupCodes: number;
  replicas: { id: string; host: string; keyIds: string[]; startedAt: Date; seenAt: Date }[];
}

/** What an operator knows and does about the keys of `COUNTERSIGN_KEYS`. No key and no part of one is ever read. */
@Injectable()
export class KeyRingService {
  constructor(
    private readonly database: Database,
    private readonly known: ServerKeysRepository,
  ) {}

  async status(now: Date): Promise<RingStatus> {
    const { keys, replicas } = await this.known.status(now);
    const resting = await this.resting(now);
    const since = keys.find(({ makes }) => makes)?.makesSince ?? now;
    const older = await this.database.row(unusedBackupCodes(since));
    const isKnown = ({ key_id }: Resting) => keys.some(({ keyId }) => keyId === key_id);
    return {
      keys: keys.map((key) => ({
        ...key,
        resting: resting.filter(({ key_id }) => key_id === key.keyId).map(counted),
      })),
      lost: resting.filter((row) => !isKnown(row)).map((row) => ({ keyId: row.key_id, ...counted(row) })),
      olderBackupCodes: Number(older?.count ?? 0),
      replicas,
    };
  }

  async forget(call: RequestContext, keyId: string): Promise<void> {
    const forgotten = this.known.forget(keyId, call.now);
    const nobodys = part<{ account_id: string | null }>(
      'nobodys',
      sql`SELECT NULL::bigint AS account_id FROM ${forgotten}`,
    );
    const record = audit(call, 'keys.forget', recordedAs('done', nobodys, { session: false }));
    if (await this.database.row(statement(forgotten, record))) return;
    const { keys } = await this.known.status(call.now);
    if (keys.every((key) => key.keyId !== keyId))
      throw new OperatorError(`No key ${keyId} is known here: \`keys ring status\` lists them.`, 'not_found');
    throw new OperatorError(
      `A running replica has the key ${keyId} in its ring: take it out of COUNTERSIGN_KEYS everywhere first.`,
    );
  }

  private async resting(now: Date): Promise<Resting[]> {
    const queries = [
      ...[restingSigningKeys(), restingSecrets(), restingOperators()],
      ...[restingAttempts(now), restingMessages()],
    ];
    return (await Promise.all(queries.map((query) => this.database.rows(query)))).flat();
  }
}

function counted({ what, count }: Resting): { what: string; count: number } {
  return { what, count: Number(count) };
}
