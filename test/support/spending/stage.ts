import { Client } from 'pg';
import type { AccountRequest, CreatedAccount } from '@app/administration';
import { BEHIND_PROXIES, Networks } from '../seen-from.js';
import { AT_HOME } from '../dfns-people.js';
import { TestApp } from '../test-app.js';
import { until } from '../until.js';
import { WAYS_IN } from '../ways-in.js';

/** How one limit is used up, and what its owner can do then. */
export interface Spending {
  /** Uses it up; whether it refuses whoever did now. */
  spend(): Promise<boolean>;
  /** Whether its owner is refused what the table says; absent where it says that nothing is lost. */
  isLost?(): Promise<boolean>;
  /** Whether the owner gets in by the way that stays open. */
  enter(): Promise<boolean>;
  /** Gives back what it held, however it went. */
  end?(): Promise<void>;
}

export type Scenario = (stage: Stage) => Promise<Spending>;

/** Of all protocols but navixy, whose 50 in a second are few enough. */
export const REQUESTS = 60;
/** Fewer than those, so that they are what is refused. */
export const NEW_BROWSERS = 20;
export const KEYED_CALLS = 20;

/** The service, people, and the networks they call from: each that is asked for is a new one. */
export class Stage {
  private people = 0;
  private readonly networks: Networks;

  private constructor(readonly app: TestApp) {
    this.networks = new Networks();
  }

  static async open(): Promise<Stage> {
    const perMinute = ['DOCSPACE', 'WACHT', 'YAT', 'DFNS'].map((name) => [
      `${name}_REQUESTS_PER_MINUTE_LIMIT`,
      String(REQUESTS),
    ]);
    return new Stage(
      await TestApp.start({
        ...AT_HOME,
        ...BEHIND_PROXIES,
        ...(Object.fromEntries(perMinute) as Record<string, string>),
        WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: String(NEW_BROWSERS),
        DELIVERY_EVENTS_PER_MINUTE_LIMIT: String(REQUESTS),
        IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT: String(KEYED_CALLS),
        ADMIN_REQUESTS_PER_MINUTE_LIMIT: String(REQUESTS),
        SERVICE_REQUESTS_PER_SECOND_LIMIT: String(REQUESTS),
        FORWARD_AUTH_REQUESTS_PER_SECOND_LIMIT: String(REQUESTS),
        CONSOLE_REQUESTS_PER_MINUTE_LIMIT: String(REQUESTS),
      }),
    );
  }

  async close(): Promise<void> {
    this.networks.stop();
    await this.app.stop();
  }

  /** The service, or a replica of it, as somebody of another network reaches it. */
  elsewhere(app = this.app): Promise<TestApp> {
    this.people += 1;
    return this.networks.at(app, `203.0.${113 + Math.floor(this.people / 250)}.${(this.people % 250) + 1}`);
  }

  async person(request: Partial<AccountRequest> = {}): Promise<CreatedAccount & { email: string }> {
    const email = `owner${(this.people += 1)}@example.com`;
    return { email, ...(await this.app.createAccount({ email, secondFactor: 'none', ...request })) };
  }

  /** Whether the owner, who calls from `from`, gets in by one of `WAYS_IN`. */
  async isIn(way: keyof typeof WAYS_IN, email: string, from: TestApp): Promise<boolean> {
    const wayIn = await WAYS_IN[way]?.(from, email);
    await wayIn?.send();
    return (await wayIn?.isIn()) ?? false;
  }

  /** Calls that write a table wait, from now until `release`: as many as `count` says. */
  async hold(table: string) {
    const holder = new Client({ connectionString: this.app.databaseUrl });
    let released: Promise<void> | undefined;
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
    const waiting = async () => {
      const { rowCount } = await holder.query(
        `SELECT FROM pg_locks WHERE relation = '${table}'::regclass AND NOT granted`,
      );
      return rowCount ?? 0;
    };
    return {
      count: (count: number) => until(async () => (await waiting()) >= count, `${count} that wait`),
      release: () => (released ??= holder.end()),
    };
  }
}

/** Does it so often, one after the other; the last answer. */
export async function times<Answer>(
  count: number,
  call: (index: number) => Promise<Answer>,
): Promise<Answer> {
  let answer = await call(0);
  for (let index = 1; index < count; index += 1) answer = await call(index);
  return answer;
}
