import { PasswordHasher, SECOND_FACTORS } from '@app/accounts';
import fc from 'fast-check';
import { Providers } from '../../../libs/delivery/src/senders/sender.js';
import { ORIGIN } from '../software-authenticator.js';
import { TestApp } from '../test-app.js';
import { CheapPasswords } from './cheap-passwords.js';
import { commands } from './commands.js';
import { Mails } from './mails.js';
import { makeAccount } from './people.js';
import { Play, Stage } from './play.js';
import { use } from './steps/sessions.js';

/** No limit of requests, mails or wrong tries stands in the way: what is tested is what ends when. */
const UNLIMITED = {
  PUBLIC_URL: ORIGIN,
  DATABASE_POOL_SIZE: '4',
  NAVIXY_REQUESTS_PER_SECOND_LIMIT: '1000000',
  WACHT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
  YAT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
  DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1000000',
  DFNS_REQUESTS_PER_MINUTE_LIMIT: '1000000',
  RESEND_SECONDS: '1',
  NAVIXY_RESEND_SECONDS: '1',
  RESEND_HOURLY_LIMIT: '1000',
  PASSWORD_TRIES_LIMIT: '1000',
  PASSWORD_HOURLY_LIMIT: '100000',
  SIGN_IN_CODE_TRIES_LIMIT: '10',
  ACCOUNT_WRONG_CODES_LIMIT: '100',
  SMS_DAILY_LIMIT: '1000000',
  SMS_COUNTRY_DAILY_LIMIT: '1000000',
};

export async function openStage(): Promise<Stage> {
  const mails = new Mails();
  const app = await TestApp.start(UNLIMITED, undefined, (module) =>
    module
      .overrideProvider(Providers)
      .useValue(mails.providers)
      .overrideProvider(PasswordHasher)
      .useClass(CheapPasswords),
  );
  return new Stage(app, mails);
}

const beginning = fc.record({
  registered: fc.nat(5).map((number) => number === 0),
  factor: fc.constantFrom(...SECOND_FACTORS),
  phone: fc.boolean(),
});

/** Plays that many accounts on the stage, one after the other; `played`: after each, with the steps that it took. */
export async function runs(
  stage: Stage,
  numRuns: number,
  seed: number | undefined,
  played: (steps: number) => void,
): Promise<void> {
  const property = fc.asyncProperty(beginning, commands, async (begun, steps) => {
    const account = await makeAccount(stage, begun);
    const play = new Play(account, stage);
    await fc.asyncModelRun(() => ({ model: account, real: play }), steps);
    for (const session of account.sessions) await use(play, session);
    played(play.steps);
  });
  await fc.assert(property, { numRuns, seed });
}
