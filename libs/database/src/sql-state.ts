/** SQLSTATE codes the service reacts to (PostgreSQL, appendix A). The driver reports these, never their names. */
export const SqlState = {
  uniqueViolation: '23505',
  checkViolation: '23514',
  lockNotAvailable: '55P03',
  deadlockDetected: '40P01',
  serializationFailure: '40001',
} as const;

/**
 * Whose fault a refusal is, by SQLSTATE or its class (PostgreSQL, appendix A); the longest match counts, and what is not listed is a
 * defect of the service. `unavailable`: the database, or the service's access to it, is in a state that passes or that an operator mends;
 * no statement is at fault, and the same call can be made again.
 */
const DECISIONS: Record<string, 'unavailable' | 'defect'> = {
  '08': 'unavailable', // connection
  '25006': 'unavailable', // read-only: a replica, a primary that was demoted, or a disk that is almost full
  '28': 'unavailable', // the service's own login
  '3D000': 'unavailable', // no such database
  '40': 'unavailable', // a deadlock or a conflict that was still there at the last try
  '42501': 'unavailable', // a right was taken away
  '53': 'unavailable', // disk, memory or connections are used up
  '55000': 'unavailable', // in recovery, or no connections are accepted
  '55P03': 'unavailable', // a lock was not to be had in time
  '57': 'unavailable', // stopped, restarting, in recovery, or the statement took too long
  '58': 'unavailable', // the system beneath Postgres
  '58P01': 'defect', // an extension's file is missing: an installation that never worked
};
const OUT_OF_REACH = /^E(CONNREFUSED|CONNRESET|PIPE|NOTFOUND|TIMEDOUT|HOSTUNREACH|AI_AGAIN)$/;
const POOL_MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout/;

/** The SQLSTATE (or the operating system's code) of a driver error, else undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether the database cannot do its work just now, as opposed to having refused this statement. */
export function isUnavailable(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return OUT_OF_REACH.test(code) || decisionOn(code) === 'unavailable';
  // The driver and its pool have no code for this. A message of Postgres has one, and may quote whatever somebody sent.
  return POOL_MESSAGES.test((error as Error | null)?.message ?? '');
}

/** Whether disk, memory or connections are used up. */
export function isShortage(error: unknown): boolean {
  return errorCode(error)?.startsWith('53') ?? false;
}

/** What an SQLSTATE means for whoever called. */
export function decisionOn(sqlState: string): 'unavailable' | 'defect' {
  return DECISIONS[sqlState] ?? DECISIONS[sqlState.slice(0, 2)] ?? 'defect';
}

const NAMED: (string | undefined)[] = [SqlState.uniqueViolation, SqlState.checkViolation];

/** The name of the violated constraint, when a unique one or a check was. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!NAMED.includes(errorCode(error))) return undefined;
  return (error as { constraint?: string }).constraint;
}
