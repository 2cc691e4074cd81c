/** SQLSTATE codes the service reacts to (PostgreSQL, appendix A). The driver reports these, never their names. */
export const SqlState = {
  uniqueViolation: '23505',
  checkViolation: '23514',
  deadlockDetected: '40P01',
  serializationFailure: '40001',
} as const;

const OUT_OF_REACH = [
  /^08/,
  /^57P0[123]$/,
  /^53300$/,
  /^E(CONNREFUSED|CONNRESET|PIPE|NOTFOUND|TIMEDOUT|HOSTUNREACH)$/,
];
const POOL_MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/;

/** The SQLSTATE (or the operating system's code) of a driver error, else undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether the database could not be reached at all, as opposed to having refused a statement. */
export function isOutOfReach(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return OUT_OF_REACH.some((pattern) => pattern.test(code));
  // The driver and its pool have no code for this. A message of Postgres has one, and may quote whatever somebody sent.
  return POOL_MESSAGES.test((error as Error | null)?.message ?? '');
}

const NAMED: (string | undefined)[] = [SqlState.uniqueViolation, SqlState.checkViolation];

/** The name of the violated constraint, when a unique one or a check was. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!NAMED.includes(errorCode(error))) return undefined;
  return (error as { constraint?: string }).constraint;
}
