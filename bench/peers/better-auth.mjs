import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { emailOTP } from 'better-auth/plugins';
import pg from 'pg';
// The channel to the bench, which has loaded its probe into this process as well.
import { answerCalls } from '../../dist/bench/src/processes/calls.js';

const OTP = '/email-otp/send-verification-otp';
const KEPT_SESSIONS = 300;
const AT_ONCE = 16;

/** The last code of each address: its mails go nowhere. */
const codes = new Map();

const database = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const options = {
  database,
  baseURL: `http://127.0.0.1:${process.env.PORT}`,
  secret: 'a secret of the benchmarks, known to everybody',
  // Its limits are kept in memory or cost a query each; without them it is at its fastest.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  advanced: { ipAddress: { ipAddressHeaders: ['x-forwarded-for'] } },
  plugins: [
    emailOTP({
      sendVerificationOTP: async ({ email, otp }) => {
        codes.set(email, otp);
      },
    }),
  ],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

answerCalls({ prepare });
createServer(toNodeHandler(auth)).listen(Number(process.env.PORT), '127.0.0.1');

/** The requests of an operation, each of which does the real thing once. */
async function prepare({ operation, count }) {
  const people = operation === 'session' ? KEPT_SESSIONS : count;
  await database.query(
    `INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
     SELECT n, 'Person ' || n, 'person' || n || '@example.com', true, now(), now() FROM generate_series(0, $1::int - 1) n`,
    [people],
  );
  const requests = await forEach(people, (number) => preparations[operation](emailOf(number), number));
  await database.query('VACUUM ANALYZE');
  return requests;
}

const preparations = {
  async verify(email, number) {
    await auth.api.sendVerificationOTP({ body: { email, type: 'sign-in' } });
    return request('POST', '/sign-in/email-otp', number, { email, otp: codes.get(email) });
  },
  async ask(email, number) {
    return request('POST', OTP, number, { email, type: 'sign-in' });
  },
  async session(email, number) {
    await auth.api.sendVerificationOTP({ body: { email, type: 'sign-in' } });
    const { headers } = await auth.api.signInEmailOTP({
      body: { email, otp: codes.get(email) },
      returnHeaders: true,
    });
    const cookie = headers.getSetCookie().map((each) => each.split(';')[0]);
    return request('GET', '/get-session', number, undefined, { Cookie: cookie.join('; ') });
  },
};

const emailOf = (number) => `person${number}@example.com`;

function request(method, path, number, body, headers = {}) {
  return {
    method,
    path: `/api/auth${path}`,
    headers: {
      'X-Forwarded-For': `10.7.${(number >> 8) & 15}.${number & 255}`,
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  };
}

async function forEach(count, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      results[number] = await work(number);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
