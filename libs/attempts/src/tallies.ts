import type { Tally } from '@app/database';

// What happens to attempts, as it is counted (docs/operations.md).

export const OPENED: Tally = { event: 'attempt.opened', by: ['purpose', 'method'] };
/** `status`: how it ended; a guess that leaves it open is among them. */
export const ENDED: Tally = { event: 'attempt.ended', by: ['purpose', 'method', 'status'] };
export const GUESSED: Tally = { event: 'attempt.guessed', by: ['protocol', 'outcome'] };
/** `used_up`: whether that guess was the last one of its subject. */
export const SETTLED: Tally = { event: 'budget.settled', by: ['factor', 'used_up'] };
