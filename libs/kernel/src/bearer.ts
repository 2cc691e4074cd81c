const BEARER = /^Bearer +(\S+) *$/i;

/** The token in an `Authorization` header (RFC 6750 §2.1), of which nothing else is known. Safe on a request that nobody has validated. */
export const bearerToken = (authorization = ''): string | undefined => BEARER.exec(authorization)?.[1];
