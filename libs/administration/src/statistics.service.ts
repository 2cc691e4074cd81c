import { Injectable } from '@nestjs/common';
import { accountsOutOfGuesses, failuresByHour, type FailuresOfHour } from '@app/audit';
import { Database } from '@app/database';
import {
  backlogAsOf,
  messagesByHour,
  queuedMessages,
  type Backlog,
  type MessagesOfHour,
} from '@app/delivery';
import { briefly, Clock } from '@app/kernel';
import { signInsByHour, type SignInsOfHour } from '@app/sessions';

type Counts = Record<string, number>;

/** What happened in an hour, which began at `hour`. */
export interface HourOfStatistics {
  hour: Date;
  /** By protocol. */
  signIns: Counts;
  /** By why: `wrong`, `locked`, `expired` … */
  failures: Counts;
  /** Of the messages that were asked for, what has become of them: `sent`, `queued`, `refused` … */
  messages: Counts;
}

export interface Statistics {
  /** Twenty-four of them, the oldest first; the last is not over. */
  hours: HourOfStatistics[];
  queue: Backlog;
  /** Accounts whose guesses were refused in that time because there had been too many wrong ones. */
  accountsOutOfGuesses: number;
}

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** The last day in numbers. Whoever looks in the same second is told the same: it is counted once. */
@Injectable()
export class StatisticsService {
  readonly lastDay = briefly(() => this.count(this.clock.now()));

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  private async count(now: Date): Promise<Statistics> {
    const since = new Date((Math.floor(now.getTime() / HOUR_MS) - HOURS + 1) * HOUR_MS);
    const hours = Array.from({ length: HOURS }, (_, n) => emptyHour(new Date(since.getTime() + n * HOUR_MS)));
    const at = new Map(hours.map((hour) => [hour.hour.getTime(), hour]));
    const add = (hour: Date, kind: 'signIns' | 'failures' | 'messages', what: string, times: string) => {
      const counts = at.get(hour.getTime())?.[kind];
      if (counts) counts[what] = (counts[what] ?? 0) + Number(times);
    };
    // One after another: a look at the front page takes one connection, and not four.
    for (const row of await this.database.rows<SignInsOfHour>(signInsByHour(since)))
      add(row.hour, 'signIns', row.protocol, row.times);
    for (const row of await this.database.rows<FailuresOfHour>(failuresByHour(since)))
      add(row.hour, 'failures', row.reason, row.times);
    for (const row of await this.database.rows<MessagesOfHour>(messagesByHour(since)))
      add(row.hour, 'messages', row.state, row.times);
    const spent = await this.database.row<{ accounts: string }>(accountsOutOfGuesses(since));
    const queue = backlogAsOf(now, await this.database.row(queuedMessages));
    return { hours, queue, accountsOutOfGuesses: Number(spent?.accounts ?? 0) };
  }
}

function emptyHour(hour: Date): HourOfStatistics {
  return { hour, signIns: {}, failures: {}, messages: {} };
}
