import { AsyncLocalStorage } from 'node:async_hooks';
import { Outbox } from '@app/delivery';
import { Client } from 'pg';
import type { TestApp } from './test-app.js';

/** As the driver takes it. */
export interface Statement {
  text: string;
  values?: unknown[];
}

/**
 * Counts the statements each request sends to Postgres, `BEGIN` and `COMMIT` included. The outbox worker is not woken
 * meanwhile: what it does is not part of the request.
 */
export class StatementCounter {
  /** Awaited before a statement of a request is sent. */
  ahead?: (statement: Statement) => Promise<unknown>;

  private readonly current = new AsyncLocalStorage<string[]>();
  private readonly query = Client.prototype.query;
  private readonly wake: jest.SpyInstance;

  constructor(app: TestApp) {
    const { current, query } = this;
    const ahead = (statement: Statement) => this.ahead && current.exit(() => this.ahead?.(statement));
    this.wake = jest
      .spyOn(app.nest.get(Outbox, { strict: false }), 'wake')
      .mockImplementation(() => undefined);
    Client.prototype.query = function counted(this: Client, ...args: unknown[]) {
      const [given] = args as [string | Statement];
      const statement = typeof given === 'string' ? { text: given } : given;
      const own = current.getStore();
      own?.push(statement.text);
      const run = () => Reflect.apply(query, this, args);
      const before = own && ahead(statement);
      return (before ? before.then(run) : run()) as never;
    } as typeof query;
    const server = app.nest.getHttpServer();
    const [listener] = server.listeners('request') as ((...args: unknown[]) => void)[];
    server.removeAllListeners('request');
    server.on('request', (...args: unknown[]) => current.run(this.started(), () => listener?.(...args)));
  }

  /** The statements of the request that `work` sends; one request at a time. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    await work();
    return this.last;
  }

  stop(): void {
    Client.prototype.query = this.query;
    this.wake.mockRestore();
  }

  private last: string[] = [];

  private started(): string[] {
    this.last = [];
    return this.last;
  }
}
