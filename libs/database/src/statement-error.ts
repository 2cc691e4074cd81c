import { errorCode } from './sql-state.js';

/** What may be told of a refusal by Postgres: names of the schema, and never a value. */
const FIELDS = ['constraint', 'table', 'column', 'routine'] as const;

/**
 * A statement that Postgres refused, as it may stand in a log. The driver's own error holds values of the statement: in its
 * message ("invalid input syntax …"), its detail ("Failing row contains …") and where it was met; none of them gets out of here.
 */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  /** SQLSTATE, PostgreSQL appendix A. */
  readonly code: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly routine?: string;

  /** `statement`: who built it. */
  constructor(
    readonly statement: string,
    error: unknown,
  ) {
    const code = errorCode(error) ?? 'unknown';
    const { constraint } = error as { constraint?: string };
    super(`${statement}: refused with SQLSTATE ${code}${constraint ? `, constraint ${constraint}` : ''}`);
    this.code = code;
    for (const field of FIELDS) {
      const value = (error as Record<string, unknown>)[field];
      if (typeof value === 'string') this[field] = value;
    }
  }
}
