import { hash } from '@node-rs/argon2';
import type { BenchRequest } from '../load/load.js';
import type { BenchDatabase } from '../processes/bench-database.js';
import { REQUEST_NUMBER } from '../processes/probe.js';

export const PASSWORD = 'correct horse battery';
export const emailOf = (number: number) => `person${number}@example.com`;

/** Verifiers that cost next to nothing: for what is prepared, and measured without its password. */
const CHEAP = { memoryCost: 8, timeCost: 1, parallelism: 1 };
const REAL = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Far below the limits of one address, however often the requests are repeated. */
const ADDRESSES = 4096;
const AT_ONCE = 16;

export interface People {
  count: number;
  secondFactor: 'none' | 'email';
  /** Whether checking their password takes as long as in life. */
  realPasswords?: boolean;
}

/** As an operator makes them; whoever is there already is changed to that. All have the same password, and one verifier of it: what checking costs is the same. */
export async function insertPeople(database: BenchDatabase, people: People): Promise<void> {
  const verifier = await hash(PASSWORD, people.realPasswords ? REAL : CHEAP);
  await database.query(
    `INSERT INTO accounts (id, email, password_hash, second_factor, activated_at, created_at, updated_at)
     SELECT n, 'person' || n || '@example.com', $1, $2, now(), now(), now() FROM generate_series(0, $3::int - 1) n
     ON CONFLICT (email) DO UPDATE SET password_hash = EXCLUDED.password_hash, second_factor = EXCLUDED.second_factor`,
    [`${verifier} ${verifier}`, people.secondFactor, people.count],
  );
  await database.query('VACUUM ANALYZE accounts');
}

/** Request number `number`, from an address of its own: what stands in front of the service says whose. */
export function requestOf(
  number: number,
  method: BenchRequest['method'],
  path: string,
  { body, authorization }: { body?: object; authorization?: string } = {},
): BenchRequest {
  const address = number % ADDRESSES;
  return {
    method,
    path,
    headers: {
      [REQUEST_NUMBER]: String(number),
      'X-Forwarded-For': `10.7.${address >> 8}.${address & 255}`,
      ...(body && { 'Content-Type': 'application/json' }),
      ...(authorization && { Authorization: authorization }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
}

/**
 * The answer to a request, as JSON.
 *
 * @throws when it is not a success
 */
export async function ask<Body>(url: string, { path, ...request }: BenchRequest): Promise<Body> {
  const response = await fetch(`${url}${path}`, request);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

/** The results of some calls at once, in order. */
export async function forEach<Result>(
  count: number,
  work: (number: number) => Promise<Result>,
  atOnce = AT_ONCE,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next;
      next += 1;
      results[number] = await work(number);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
