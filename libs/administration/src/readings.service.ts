import { Injectable } from '@nestjs/common';
import { audit, recordedAs } from '@app/audit';
import { Database, part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** That somebody was looked at, which changes nothing and is recorded all the same: whoever may see people is seen doing so. */
@Injectable()
export class ReadingsService {
  constructor(private readonly database: Database) {}

  /** `what`: was looked at; `accountId`: whose it was, null for a look at many. */
  async record(call: RequestContext, what: string, accountId: string | null): Promise<void> {
    const whose = part<{ account_id: string | null }>(
      'whose',
      sql`SELECT ${accountId}::bigint AS account_id`,
    );
    await this.database.rows(
      audit(call, `admin.read ${what}`, recordedAs('done', whose, { session: false })),
    );
  }
}
