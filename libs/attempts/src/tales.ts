import type { Tale } from '@app/database';

// What happens to attempts, as it is counted (docs/operations.md).

export const OPENED: Tale = { event: 'attempt.opened', by: ['purpose', 'method'] };
/** `status`: how it ended; a guess that leaves it open is among them. */
export const ENDED: Tale = { event: 'attempt.ended', by: ['purpose', 'method', 'status'] };
export const GUESSED: Tale = { event: 'attempt.guessed', by: ['protocol', 'outcome'] };
/** `used_up`: whether that guess was the last one of its subject. */
export const SETTLED: Tale = { event: 'budget.settled', by: ['factor', 'used_up'] };
