import { Injectable } from '@nestjs/common';
import { accountsBehind, nameFindings, respell, takenFor, takenName, type NameFinding } from '@app/accounts';
import { Database } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { recorded } from './recorded.js';

const BATCH = 1000;

export interface FoundName extends NameFinding {
  /** The account that it can be taken for. */
  collidesWith?: string;
  /** Whether it has been written as it would be today. */
  fixed: boolean;
}

export interface NameCheck {
  /** How many accounts were looked at. */
  checked: number;
  findings: FoundName[];
}

/** Names that an earlier release took, and this one would not or would write otherwise. */
@Injectable()
export class NamesService {
  constructor(private readonly database: Database) {}

  /** `fix`: writes addresses that are spelled otherwise as they are written today, where no other account has the mailbox. */
  async check(call: RequestContext, fix: boolean, progress: (done: string) => void): Promise<NameCheck> {
    const findings: FoundName[] = [];
    let checked = 0;
    let last = '0';
    for (;;) {
      const accounts = await this.database.rows(accountsBehind(last, BATCH));
      for (const finding of accounts.flatMap(nameFindings))
        findings.push(await this.judge(call, finding, fix));
      checked += accounts.length;
      last = accounts.at(-1)?.id ?? last;
      progress(`${checked} accounts looked at, ${findings.length} findings`);
      if (accounts.length < BATCH) return { checked, findings };
    }
  }

  private async judge(call: RequestContext, finding: NameFinding, fix: boolean): Promise<FoundName> {
    const other = await this.database.row(takenFor(finding));
    if (other) return { ...finding, collidesWith: other.id, fixed: false };
    const fixable = fix && finding.reason === 'spelled_otherwise';
    return { ...finding, fixed: fixable && (await this.respell(call, finding)) };
  }

  /** False when the account, or another of the mailbox, has come in between. */
  private async respell(call: RequestContext, finding: NameFinding): Promise<boolean> {
    const changed = recorded(call, 'account.respell', respell(call, finding));
    const row = await this.database.row(changed).catch((error: unknown) => {
      if (takenName(error)) return undefined;
      throw error;
    });
    return row !== undefined;
  }
}
