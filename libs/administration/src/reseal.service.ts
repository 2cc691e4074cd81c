import { Injectable } from '@nestjs/common';
import { sealedAuthenticators, sealedBackupCodes } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, part, sql, statement, type SealedRow, type SealedRows } from '@app/database';
import { KeyRing, type RequestContext } from '@app/kernel';
import { sealedOperators } from '@app/operators';
import { sealedSigningKeys } from '@app/tokens';

const PAGE = 500;
const KINDS = [sealedSigningKeys, sealedAuthenticators, sealedBackupCodes, sealedOperators];

export interface Resealed {
  what: string;
  resealed: number;
  /** Sealed under a key that is not in the ring. */
  unreadable: number;
}

/**
 * Seals again, under the key that makes now, what rests under an older one and lives for long. Resumable by nature: what is done is not
 * found again. A row that changes meanwhile is left to whoever changed it, who seals under the present key.
 */
@Injectable()
export class ResealService {
  constructor(
    private readonly database: Database,
    private readonly ring: KeyRing,
  ) {}

  /** `progress`: is told after each page of a kind. */
  async run(call: RequestContext, progress: (kind: Resealed) => void): Promise<Resealed[]> {
    const done: Resealed[] = [];
    for (const kind of KINDS) done.push(await this.all(kind, progress));
    const nobodys = part<{ account_id: string | null }>('nobodys', sql`SELECT NULL::bigint AS account_id`);
    await this.database.rows(
      statement(nobodys, audit(call, 'keys.reseal', recordedAs('done', nobodys, { session: false }))),
    );
    return done;
  }

  private async all(kind: SealedRows, progress: (kind: Resealed) => void): Promise<Resealed> {
    const total: Resealed = { what: kind.what, resealed: 0, unreadable: 0 };
    let after = '';
    for (;;) {
      const rows = await this.database.rows(kind.page(this.ring.makesWith, after, PAGE));
      const resealed = rows.flatMap((row) => this.resealed(kind, row));
      const stored = resealed.length ? await this.database.rows(kind.store(resealed)) : [];
      total.resealed += stored.length;
      total.unreadable += rows.length - resealed.length;
      progress(total);
      if (rows.length < PAGE) return total;
      after = (rows.at(-1) as SealedRow).id;
    }
  }

  private resealed(kind: SealedRows, row: SealedRow): (SealedRow & { resealed: string })[] {
    try {
      const resealed = kind.reseal(this.ring, row);
      return resealed === undefined ? [] : [{ ...row, resealed }];
    } catch {
      return [];
    }
  }
}
