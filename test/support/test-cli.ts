import { PassThrough } from 'node:stream';
import { readConfig } from '@app/config';
import { compile, sql, type Sql } from '@app/database';
import { Client } from 'pg';
import { run } from '../../apps/cli/src/program.js';
import { createTestDatabase } from './test-database.js';

export const KEYS = `t1:${Buffer.alloc(32, 7).toString('base64')}`;

export const PASSWORD = 'correct horse battery';

/** An account with every identifier, as it was typed. */
export interface MadeAccount {
  id: string;
  uuid: string;
  email: string;
  username: string;
  phone: string;
}

export interface CliAnswer {
  code: number;
  out: string;
  err: string;
}

/** The operator's command line in this process, on a database of its own. */
export class TestCli {
  /** All that any command has said. */
  said = '';
  private made = 0;

  private constructor(
    readonly databaseUrl: string,
    private readonly client: Client,
    private readonly drop: () => Promise<void>,
  ) {}

  /** `databaseUrl`: of somebody else's database. */
  static async start(databaseUrl?: string): Promise<TestCli> {
    const database = databaseUrl ? { url: databaseUrl, drop: async () => {} } : await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    return new TestCli(database.url, client, database.drop);
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.drop();
  }

  /** `input`: what is on standard input. */
  run(args: string[], input: string | Buffer = '', environment = {}): Promise<CliAnswer> {
    return this.runOn(new PassThrough().end(input), args, environment);
  }

  /** At a terminal, where each prompt is answered with the next of `keys`. */
  type(args: string[], keys: string[]): Promise<CliAnswer> {
    const keyboard = Object.assign(new PassThrough(), { isTTY: true });
    const rest = [...keys];
    return this.runOn(keyboard, args, {}, (text) => text.endsWith(': ') && keyboard.write(rest.shift()));
  }

  private async runOn(
    input: PassThrough & { isTTY?: boolean },
    args: string[],
    environment: object,
    heard: (text: string) => unknown = () => undefined,
  ): Promise<CliAnswer> {
    const answer: CliAnswer = { code: -1, out: '', err: '' };
    const out = (text: string) => void (answer.out += text);
    const err = (text: string) => {
      answer.err += text;
      heard(text);
    };
    const given = {
      NODE_ENV: 'test',
      DATABASE_URL: this.databaseUrl,
      COUNTERSIGN_KEYS: KEYS,
      ...environment,
    };
    answer.code = await run(args, { input, out, err }, () => readConfig(given));
    this.said += answer.out + answer.err;
    return answer;
  }

  /** The answer of a command that succeeds, with `--json`. */
  async json<T = Record<string, unknown>>(args: string[], input?: string): Promise<T> {
    const { code, out, err } = await this.run([...args, '--json'], input);
    if (code) throw new Error(err);
    return JSON.parse(out) as T;
  }

  /** A new account, known by names of its own; `options` of `account create`. */
  async createAccount(...options: string[]): Promise<MadeAccount> {
    this.made += 1;
    const names = {
      email: `a${this.made}@example.com`,
      username: `user-${this.made}`,
      phone: `+44207946${1000 + this.made}`,
    };
    const named = Object.entries(names).flatMap(([name, value]) => [`--${name}`, value]);
    const command = ['account', 'create', ...named, ...options, '--password-stdin'];
    return { ...(await this.json<MadeAccount>(command, PASSWORD)), ...names };
  }

  /** A session of the account, as a sign-in would leave it; answers its id. */
  async addSession(accountId: string, { stage = 'signed_in', lifeSeconds = 3600 } = {}): Promise<string> {
    const id = String((this.made += 1));
    await this.rows(insertSession(id, accountId, stage, lifeSeconds));
    return id;
  }

  /** Rows straight from the database. */
  async rows<Row extends object>(query: Sql): Promise<Row[]> {
    const { text, values } = compile(query);
    return (await this.client.query<Row>(text, values)).rows;
  }
}

export function insertSession(id: string, accountId: string, stage = 'signed_in', lifeSeconds = 3600): Sql {
  return sql`
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at, expires_at)
    VALUES (${id}, ${accountId}, 'navixy', ${stage}, ${`hash-of-${id}`}, '[]', '192.0.2.1', 'test', now(),
      now() + ${lifeSeconds} * interval '1 second')`;
}
