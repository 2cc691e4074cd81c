import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from '@app/database';
import { TestCli } from './test-cli.js';

/** One of the Openwall test suite: of the password `U*U`. */
export const BCRYPT = '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

export interface ImportReport {
  code: number;
  findings: { line: number; what: string; reason: string }[];
  summary: { created: number; present: number; doubled: number; refused: number; resumedAt?: number };
  err: string;
}

interface GivenPerson {
  externalId: string;
  email: string;
}

/** Files of people, and what `account import` makes of them. */
export class ImportFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'countersign-import-'));
  private files = 0;
  private people = 0;

  private constructor(readonly cli: TestCli) {}

  static async start(databaseUrl?: string): Promise<ImportFiles> {
    return new ImportFiles(await TestCli.start(databaseUrl));
  }

  async stop(): Promise<void> {
    await this.cli.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Somebody new. */
  person<More extends object = object>(more?: More): GivenPerson & More {
    this.people += 1;
    const names = { externalId: `old-${this.people}`, email: `p${this.people}@example.com` };
    return Object.assign({ ...names, emailVerified: true, passwordHash: BCRYPT }, more) as GivenPerson & More;
  }

  write(content: string | Buffer, name = 'people.ndjson'): string {
    const path = join(this.folder, `${(this.files += 1)}-${name}`);
    writeFileSync(path, content);
    return path;
  }

  /** People, one on each line. */
  lines(...people: unknown[]): string {
    return this.write(ndjson(...people));
  }

  async look(path: string, ...options: string[]): Promise<ImportReport> {
    const { code, out, err } = await this.cli.run(['account', 'import', path, '--json', ...options]);
    const lines = out.trim().split('\n').filter(Boolean);
    const findings = lines.map((line) => JSON.parse(line) as never);
    return { code, err, summary: findings.pop() as never, findings };
  }

  apply(path: string, ...options: string[]): Promise<ImportReport> {
    return this.look(path, '--apply', ...options);
  }

  /** The row of the account of this external id. */
  async account(externalId: string): Promise<Record<string, unknown> | undefined> {
    const rows = await this.cli.rows<Record<string, unknown>>(sql`
      SELECT a.* FROM accounts a JOIN imported_accounts m ON m.account_id = a.id WHERE m.external_id = ${externalId}`);
    return rows[0];
  }

  async count(): Promise<number> {
    return (await this.cli.rows(sql`SELECT FROM accounts`)).length;
  }
}

export const ndjson = (...values: unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');
