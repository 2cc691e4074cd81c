import { Injectable } from '@nestjs/common';
import { audit, type Recorded } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { KeyRotation, type Rotation } from '@app/tokens';
import { OperatorError } from './operator-error.js';

/** What an operator does with the keys that sign access tokens. */
@Injectable()
export class KeysService {
  constructor(
    private readonly database: Database,
    private readonly rotation: KeyRotation,
  ) {}

  /** `compromised`: as if the keys of today were in somebody else's hands, at the price of every token they signed. */
  async rotate(call: RequestContext, compromised: boolean): Promise<Rotation> {
    const rotation = await this.rotation.prepare(call.now, { compromised });
    const { parts } = rotation;
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT ${compromised ? 'compromised' : 'planned'}::text AS outcome, NULL::bigint AS account_id,
          NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM ${parts.installed}`,
    );
    if (await this.database.row(statement(verdict, parts, audit(call, 'keys.rotate', verdict))))
      return rotation;
    throw new OperatorError(
      'Nothing was rotated: the key of an earlier rotation does not sign yet, or the service was never started.',
    );
  }
}
