import { Injectable } from '@nestjs/common';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import type { Call } from '@app/kernel';
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
  async rotate(call: Call, compromised: boolean): Promise<Rotation> {
    const rotation = await this.rotation.prepare(call.now, { compromised });
    const parts: Parts = {
      ...rotation.parts,
      verdict: sql`
        SELECT ${compromised ? 'compromised' : 'planned'}::text AS outcome, NULL::bigint AS account_id,
          NULL::bigint AS session_id, NULL::bigint AS attempt_id FROM installed`,
      audited: audit(call, 'keys.rotate', 'verdict'),
    };
    if (await this.database.row(statementOf(parts, sql`SELECT kid FROM installed`))) return rotation;
    throw new OperatorError(
      'Nothing was rotated: the key of an earlier rotation does not sign yet, or the service was never started.',
    );
  }
}
