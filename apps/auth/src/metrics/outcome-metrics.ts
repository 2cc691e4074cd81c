import { Injectable } from '@nestjs/common';
import { Database } from '@app/database';
import { Counter, Registry } from 'prom-client';

const RIGHT = 'redeemed';
const WRONG = 'wrong';

/**
 * What became of attempts and guesses, told by the statements that decided it. Counted by the replica that ran them; the numbers of all
 * replicas add up. No label can be a person's: purposes, methods and the like are few, and a program's own words.
 */
@Injectable()
export class OutcomeMetrics {
  constructor(
    private readonly registry: Registry,
    database: Database,
  ) {
    const opened = this.counter('attempts_opened', 'Attempts that were opened.', 'purpose', 'method');
    const ended = this.counter('attempts_ended', 'Attempts that ended.', 'purpose', 'method', 'end');
    const guesses = this.counter('guesses', 'Guesses: right, wrong or refused.', 'protocol', 'result');
    const spent = this.counter('guess_budgets_spent', 'Last guesses that a subject had.', 'factor');
    database.onTally('attempt.opened', (times, ...by) => opened.labels(...texts(by)).inc(times));
    database.onTally('attempt.ended', (times, ...by) => {
      if (by.at(-1) !== 'open') ended.labels(...texts(by)).inc(times);
    });
    database.onTally('attempt.guessed', (times, protocol, outcome) =>
      guesses.labels(String(protocol), resultOf(outcome)).inc(times),
    );
    database.onTally('budget.settled', (times, factor, usedUp) => {
      if (usedUp) spent.labels(String(factor)).inc(times);
    });
  }

  private counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({
      name: `countersign_${name}_total`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }
}

const texts = (values: unknown[]) => values.map(String);

function resultOf(outcome: unknown): 'right' | 'wrong' | 'refused' {
  if (outcome === RIGHT) return 'right';
  return outcome === WRONG ? 'wrong' : 'refused';
}
