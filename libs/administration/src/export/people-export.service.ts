import { Injectable } from '@nestjs/common';
import { type ExportedAccount, exportedAccounts, ofAccount, TotpFactors } from '@app/accounts';
import { audit, recordedAs, type Recorded } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { labelOf } from '../identifiers.js';
import { OperatorError } from '../operator-error.js';
import type { Person } from '../person.js';

const BATCH = 500;

export interface ExportRequest {
  /** Of this account alone. */
  accountId?: string;
  /** Whether verifiers of passwords, authenticators, backup codes and clients' own cipher texts come along. */
  secrets: boolean;
}

/** Writes people down as an import reads them. */
@Injectable()
export class PeopleExport {
  constructor(
    private readonly database: Database,
    private readonly totp: TotpFactors,
  ) {}

  /**
   * All people as they are at one moment, in batches and in as much memory for a million as for one; none whose account is to be deleted.
   * It is in the audit log before the first of them is given to anybody.
   */
  async run(
    call: RequestContext,
    { accountId, secrets }: ExportRequest,
    take: (people: Person[]) => Promise<void>,
  ): Promise<void> {
    const outcome = secrets ? 'exported with secrets' : 'exported';
    const everybody = part<Recorded>(
      'verdict',
      sql`SELECT ${outcome}::text AS outcome, NULL::bigint AS account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id`,
    );
    const verdict =
      accountId === undefined ? everybody : recordedAs(outcome, ofAccount(accountId), { session: false });
    await this.database.rows(statement(verdict, audit(call, 'account.export', verdict)));
    const rows = exportedAccounts({ id: accountId, secrets });
    await this.database.stream(rows, BATCH, (batch) => take(batch.map((row) => this.personOf(row))));
  }

  private personOf(row: ExportedAccount): Person {
    return withoutNulls({
      id: row.id,
      uuid: row.uuid,
      externalId: row.external_id,
      username: row.username,
      email: row.email,
      emailVerified: row.email === null ? null : row.activated_at !== null,
      phone: row.phone,
      phoneVerified: row.phone === null ? null : row.phone_signs_in,
      firstName: row.first_name,
      lastName: row.last_name,
      passwordHash: row.password_hash,
      passwordChangedAt: isoOf(row.password_changed_at),
      secondFactor: row.second_factor,
      ...this.authenticatorOf(row),
      backupCodes: row.backup_codes.length ? row.backup_codes.map(withoutNulls) : null,
      credentials: row.credentials.length ? row.credentials.map(withoutNulls) : null,
      identities: row.identities.length ? row.identities : null,
      orgId: row.org_id,
      tenantId: row.tenant_id,
      language: row.language,
      createdAt: isoOf(row.created_at),
      invitedAt: isoOf(row.invited_at),
      activatedAt: isoOf(row.activated_at),
      disabledAt: isoOf(row.disabled_at),
    });
  }

  private authenticatorOf(row: ExportedAccount): Pick<Person, 'authenticator' | 'authenticatorStep'> {
    const { id, totp_sealed, totp_step } = row;
    if (totp_sealed === null) return {};
    try {
      return {
        authenticator: this.totp.reveal(id, totp_sealed, labelOf(row)).uri,
        authenticatorStep: Number(totp_step),
      };
    } catch (error) {
      const sentence = `The authenticator of account ${id} cannot be opened: its key is not in COUNTERSIGN_KEYS.`;
      throw new OperatorError(sentence, 'conflict', { cause: error });
    }
  }
}

function isoOf(at: Date | null): string | null {
  return at && at.toISOString();
}

type WithoutNulls<Row> = { [Name in keyof Row]: Exclude<Row[Name], null> };

function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as WithoutNulls<Row>;
}
