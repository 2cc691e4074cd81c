import { Injectable } from '@nestjs/common';
import {
  bringAlong,
  giveFirstPassword,
  dropUnproven,
  incomingPeople,
  lookAtIncoming,
  welcome,
  type IncomingPerson,
  type LookedAt,
  type OfAccount,
} from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, part, type Part, sql, SqlState, statement, StatementError } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { OperatorError } from '../operator-error.js';
import { Batch } from './batch.js';
import {
  beginImport,
  findingsBehind,
  finishImport,
  importTurn,
  noteOutcomes,
  outcomesOf,
  type Finding,
  type ImportProgress,
} from './import-progress.js';

const TRIES = 5;
const PAGE = 1000;

/** Brings people along, batch after batch. Accounts, findings and the line that is reached are written by one transaction. */
@Injectable()
export class Importer {
  constructor(private readonly database: Database) {}

  /** `digest`: of the file and of how it is read. What was broken off goes on where it was. */
  async begin(call: RequestContext, digest: string): Promise<ImportProgress> {
    const begun = beginImport(call.nextId(), digest, call.now);
    return (await this.database.row(recordedImport(call, 'begun', begun))) as ImportProgress;
  }

  /** @throws OperatorError when somebody else has gone on with the file */
  async bring(call: RequestContext, importId: string, batch: Batch): Promise<ImportProgress> {
    return this.untilFree(() => this.tryToBring(call, importId, batch));
  }

  /** Brings somebody along who was asked for; who is here already, or in whose place somebody is, stays as they are. */
  async bringOne(call: RequestContext, person: IncomingPerson): Promise<void> {
    const batch = new Batch(person.line - 1);
    batch.add(person, 0);
    await this.untilFree(() => this.tryToBringOne(call, batch));
  }

  /** Who of the batch is here, or in whose place somebody is; nothing is changed. */
  async look(batch: Batch): Promise<LookedAt[]> {
    return this.database.rows(lookAtIncoming(incomingPeople(batch.people)));
  }

  async finish(call: RequestContext, importId: string): Promise<ImportProgress> {
    const finished = finishImport(importId, call.now);
    return (await this.database.row(recordedImport(call, 'done', finished))) as ImportProgress;
  }

  /** All that was found, in the order of lines. */
  async *findings(importId: string): AsyncIterable<Finding> {
    for (let line = 0; ;) {
      const page = await this.database.rows(findingsBehind(importId, line, PAGE));
      yield* page;
      if (page.length < PAGE) return;
      line = page.at(-1)?.line ?? 0;
    }
  }

  /** Somebody may register with one of the names between the look and the deed: the next look sees them. */
  private async untilFree<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        const isTaken = error instanceof StatementError && error.code === SqlState.uniqueViolation;
        if (!isTaken || tries === TRIES) throw error;
      }
    }
  }

  private async tryToBringOne(call: RequestContext, batch: Batch): Promise<void> {
    const incoming = incomingPeople(batch.people);
    const always = part('turn', sql`SELECT 1`);
    const people = welcome(incoming, lookAtIncoming(incoming), always);
    const { accounts, ...made } = bringAlong(people, { now: call.now, importId: null });
    const password = giveFirstPassword(incoming, call.now);
    const changed = part<OfAccount>(
      'changed',
      sql`SELECT account_id FROM ${accounts} UNION ALL SELECT account_id FROM ${password}`,
    );
    const audited = audit(call, 'account.import', recordedAs('done', changed, { session: false }));
    await this.database.rowsUnderLock(makeRoom(batch), statement(changed, made, audited));
  }

  private async tryToBring(call: RequestContext, importId: string, batch: Batch): Promise<ImportProgress> {
    const { people, findings, after, line } = batch;
    const turn = importTurn(importId, after);
    const incoming = incomingPeople(people);
    const looked = lookAtIncoming(incoming);
    const { progress, findings: found } = noteOutcomes(line, outcomesOf(importId, looked, findings), turn);
    const made = bringAlong(welcome(incoming, looked, turn as Part), { now: call.now, importId });
    const query = statement(progress, found, made);
    const [reached] = await this.database.rowsUnderLock(makeRoom(batch), query);
    if (!reached) throw new OperatorError('Another process goes on with this file.');
    return reached;
  }
}

/** One record for the file: where each account comes from is written down beside it (`imported_accounts`). */
function recordedImport(call: RequestContext, outcome: string, of: Part<ImportProgress>) {
  const ofNobody = part<{ account_id: string | null }>(
    'of_nobody',
    sql`SELECT NULL::bigint AS account_id FROM ${of}`,
  );
  return statement(of, audit(call, 'account.import', recordedAs(outcome, ofNobody, { session: false })));
}

/**
 * What somebody registered and nobody proved makes room for whoever has proven the address. The statement after it is planned for this
 * batch: a plan for any would be the one of the tables as small as they once were.
 */
function makeRoom({ people }: Batch) {
  const proven = people.flatMap(({ email, activated_at }) =>
    email !== null && activated_at !== null ? [email] : [],
  );
  return sql`WITH dropped AS (${dropUnproven(...proven)})
    SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`;
}
