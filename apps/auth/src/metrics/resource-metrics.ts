import { Injectable } from '@nestjs/common';
import { PasswordHasher } from '@app/accounts';
import { Database } from '@app/database';
import { Counter, Gauge, Registry } from 'prom-client';

/** What requests of one replica wait for: connections to the database, and turns at hashing a password. Looked at when it is asked. */
@Injectable()
export class ResourceMetrics {
  constructor(
    private readonly registry: Registry,
    database: Database,
    hasher: PasswordHasher,
  ) {
    this.gauge('database_connections', 'Connections to the database.', 'state', () => ({
      busy: database.connections.busy,
      idle: database.connections.idle,
    }));
    this.gauge('database_connections_max', 'How many there may be.', undefined, () => ({
      all: database.connections.most,
    }));
    this.gauge('database_waiting', 'Statements that wait for a connection.', undefined, () => ({
      all: database.connections.waiting,
    }));
    this.gauge('password_hashes', 'Passwords that are hashed, or wait for it.', 'state', () => ({
      running: hasher.load.running,
      waiting: hasher.load.waiting,
    }));
    new Counter({
      name: 'countersign_password_hashes_refused_total',
      help: 'Passwords that were not looked at, because the queue was full.',
      registers: [registry],
      collect() {
        this.reset();
        this.inc(hasher.load.refused);
      },
    });
  }

  private gauge(
    name: string,
    help: string,
    label: string | undefined,
    look: () => Record<string, number>,
  ): void {
    new Gauge({
      name: `countersign_${name}`,
      help,
      labelNames: label ? [label] : [],
      registers: [this.registry],
      collect() {
        for (const [value, now] of Object.entries(look())) {
          if (label) this.labels(value).set(now);
          else this.set(now);
        }
      },
    });
  }
}
