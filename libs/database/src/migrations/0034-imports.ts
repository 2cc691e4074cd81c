import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People who are brought along from another system: who they are there, and how far the file is that they come in. */
export class Imports1760000034000 implements MigrationInterface {
  name = 'Imports1760000034000';

  async up(runner: QueryRunner): Promise<void> {
    // No reference to `imports`: it would be looked up once for each person, and nothing is ever deleted there that is in use.
    await runner.query(`
      CREATE TABLE imported_accounts (
        account_id bigint PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
        external_id text,
        import_id bigint,
        line integer,
        imported_at timestamptz NOT NULL,
        CONSTRAINT imported_accounts_external_id_key UNIQUE (external_id)
      )`);
    await runner.query(`
      CREATE TABLE imports (
        id bigint PRIMARY KEY,
        digest text NOT NULL,
        line integer NOT NULL DEFAULT 0,
        created integer NOT NULL DEFAULT 0,
        present integer NOT NULL DEFAULT 0,
        doubled integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        started_at timestamptz NOT NULL,
        finished_at timestamptz
      )`);
    // Two who begin the same file at once go on together from one line.
    await runner.query(
      `CREATE UNIQUE INDEX imports_unfinished ON imports (digest) WHERE finished_at IS NULL`,
    );
    await runner.query(`
      CREATE TABLE import_findings (
        import_id bigint NOT NULL,
        line integer NOT NULL,
        what text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (import_id, line),
        CONSTRAINT import_findings_what CHECK (what IN ('refused', 'doubled'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE import_findings, imports, imported_accounts`);
  }
}
