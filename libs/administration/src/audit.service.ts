import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { auditPage, newestAudit, type AuditFilter, type AuditRow } from '@app/audit';
import { Database } from '@app/database';
import { Clock, firstIdAt, plusSeconds } from '@app/kernel';

const PAGE = 1000;
const EVERY_MS = 500;
/**
 * Ids are made before a statement is committed, and each replica has a clock of its own: so long after its id a row may still come. A
 * statement is ended after 15 s.
 */
const SETTLED_SECONDS = 60;
const NO_END = '9223372036854775807';

export interface AuditPage {
  rows: AuditRow[];
  cursor: string;
  more: boolean;
}

type Found = AuditRow & { matches: boolean };

/** Reads the audit log in the order of its ids, page by page: in as much memory for a million rows as for one. */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** When everything before is there, and nothing can come to it any more. */
  settled(): Date {
    return plusSeconds(this.clock.now(), -SETTLED_SECONDS);
  }

  /** Pages of what is looked for after the id `after` and before `until`, each with the id of its end. */
  async *pages(
    after: string,
    until: Date,
    filter: AuditFilter,
  ): AsyncGenerator<{ rows: AuditRow[]; cursor: string }> {
    let cursor = after;
    for (;;) {
      const found = await this.database.rows<Found>(auditPage(cursor, firstIdAt(until), PAGE, filter));
      cursor = found.at(-1)?.id ?? cursor;
      yield { rows: found.filter(({ matches }) => matches).map(withoutMark), cursor };
      if (found.length < PAGE) return;
    }
  }

  /**
   * As many of the next rows as are looked at, and of them those that are looked for; `cursor`: where the next page begins, `more`: whether
   * there is one already. Nothing comes to what was read: it ends at `settled`.
   */
  async page(after: string, most: number, filter: AuditFilter): Promise<AuditPage> {
    const found = await this.database.rows<Found>(auditPage(after, firstIdAt(this.settled()), most, filter));
    const rows = found.filter(({ matches }) => matches).map(withoutMark);
    return { rows, cursor: found.at(-1)?.id ?? after, more: found.length === most };
  }

  /** The newest rows, in the order of time. */
  async newest(most: number, filter: AuditFilter): Promise<AuditRow[]> {
    return (await this.database.rows<Found>(newestAudit(most, filter))).reverse().map(withoutMark);
  }

  /**
   * Whatever is recorded from `since` on, until it is stopped. Rows that are committed late are found too: those of the last minute are
   * read again each time, and told once.
   */
  async *follow(since: Date, filter: AuditFilter, stopped: AbortSignal): AsyncGenerator<AuditRow> {
    let told = new Set<string>();
    while (!stopped.aborted) {
      const from = firstIdAt(new Date(Math.max(since.getTime(), this.settled().getTime())));
      let cursor = told.size ? from : firstIdAt(since);
      for (let full = true; full;) {
        const found = await this.database.rows<Found>(auditPage(cursor, NO_END, PAGE, filter));
        for (const row of found) if (row.matches && !told.has(row.id)) yield withoutMark(row);
        told = new Set([...told, ...found.map(({ id }) => id)].filter((id) => BigInt(id) >= BigInt(from)));
        full = found.length === PAGE;
        cursor = found.at(-1)?.id ?? cursor;
      }
      await pause(EVERY_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
}

function withoutMark({ matches: _, ...row }: Found): AuditRow {
  return row;
}
