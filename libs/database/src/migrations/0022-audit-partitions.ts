import type { MigrationInterface, QueryRunner } from 'typeorm';
import { GUARD_BEFORE, GUARD_OF_PARTITIONS, LET_GO, MAKE_AHEAD, MAKE_PARTITION } from './audit-functions.js';

const COLUMNS = `id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, user_agent, request_id`;
/** Below its name in the whole: what it is, and of which keys. */
const KINDS = { kept: ['k', 'l'], refused: ['r', 's'] };
const INDEXES = {
  account: '(account_id, id) WHERE account_id IS NOT NULL',
  attempt: '(attempt_id) WHERE attempt_id IS NOT NULL',
};

/**
 * The audit log by time: what is kept long by months, what did nothing by weeks, so that retention drops a partition and deletes no row.
 * The table of before becomes the partition of whatever else is written, which is what the release before writes, by the same name and
 * with the same conflict. A key that says kind and day is the only one that a unique index of the whole can have, and that one it has to
 * have for it.
 */
export class AuditPartitions1760000022000 implements MigrationInterface {
  name = 'AuditPartitions1760000022000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE audit_events VALIDATE CONSTRAINT audit_events_former_key`);
    await this.renameIndexes(runner, 'audit_events', 'audit_events_former');
    await runner.query(`DROP TRIGGER audit_events_rows ON audit_events`);
    await runner.query(`ALTER TABLE audit_events RENAME TO audit_events_former`);
    await runner.query(`
      CREATE TABLE audit_events (LIKE audit_events_former INCLUDING DEFAULTS) PARTITION BY RANGE (repeat_key)`);
    for (const [kind, [from, to]] of Object.entries(KINDS)) {
      await runner.query(`
        CREATE TABLE audit_events_${kind} PARTITION OF audit_events FOR VALUES FROM ('${from}') TO ('${to}')
        PARTITION BY RANGE (repeat_key)`);
      await runner.query(`
        CREATE TABLE audit_events_${kind}_other PARTITION OF audit_events_${kind} (PRIMARY KEY (id)) DEFAULT`);
    }
    await runner.query(`ALTER TABLE audit_events ATTACH PARTITION audit_events_former DEFAULT`);
    for (const [name, on] of Object.entries(INDEXES))
      await runner.query(`CREATE INDEX audit_events_${name} ON audit_events ${on}`);
    await runner.query(`
      CREATE UNIQUE INDEX audit_events_repeat_key ON audit_events (repeat_key) WHERE repeat_key IS NOT NULL`);
    await this.guard(runner);
    for (const body of [MAKE_PARTITION, MAKE_AHEAD, LET_GO]) await runner.query(body);
    await runner.query(`SELECT audit_events_make_ahead(now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP FUNCTION audit_events_let_go, audit_events_make_ahead, audit_events_make_partition`,
    );
    await runner.query(`ALTER TABLE audit_events DETACH PARTITION audit_events_former`);
    await runner.query(`ALTER TABLE audit_events_former DROP CONSTRAINT audit_events_former_key`);
    await runner.query(`
      INSERT INTO audit_events_former (${COLUMNS}, repeat_key, repeated)
      SELECT ${COLUMNS}, CASE WHEN repeat_key >= 'r' THEN substr(repeat_key, 10) END, repeated FROM audit_events`);
    await runner.query(`DROP TABLE audit_events`);
    await this.renameIndexes(runner, 'audit_events_former', 'audit_events');
    await runner.query(`ALTER TABLE audit_events_former RENAME TO audit_events`);
    await runner.query(GUARD_BEFORE);
    await this.guardRows(runner);
    await runner.query(`
      ALTER TABLE audit_events ADD CONSTRAINT audit_events_former_key
      CHECK (repeat_key IS NULL OR repeat_key < 'k' OR repeat_key >= 's') NOT VALID`);
  }

  private async renameIndexes(runner: QueryRunner, from: string, to: string): Promise<void> {
    for (const name of ['pkey', 'repeat_key', 'refusals', ...Object.keys(INDEXES)])
      await runner.query(`ALTER INDEX ${from}_${name} RENAME TO ${to}_${name}`);
  }

  /** A partition that exists already is given the rule for rows by the whole; that for the whole of a table each has to have itself. */
  private async guard(runner: QueryRunner): Promise<void> {
    await runner.query(GUARD_OF_PARTITIONS);
    await this.guardRows(runner);
    for (const name of ['audit_events', 'audit_events_kept_other', 'audit_events_refused_other'])
      await runner.query(`
        CREATE TRIGGER audit_events_append_only BEFORE TRUNCATE ON ${name}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()`);
  }

  private async guardRows(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TRIGGER audit_events_rows BEFORE UPDATE OR DELETE ON audit_events
      FOR EACH ROW EXECUTE FUNCTION audit_events_append_only()`);
  }
}
