import { OperatorsService, WRONG_CODES_LIMIT } from '@app/operators';
import { ConsoleClient } from '../console-client.js';
import type { TestApp } from '../test-app.js';
import { REQUESTS, type Spending, type Stage, times } from './stage.js';

const SIGN_INS = 5;
const MINUTE = 60;

const isIn = async (client: ConsoleClient) => (await client.get('/console')).status === 200;
const signsIn = async (client: ConsoleClient) => (await client.signIn()).status === 303;

/** The same operator at home and elsewhere, and a stranger in their network. */
async function operator(stage: Stage) {
  const [here, there] = [await stage.elsewhere(), await stage.elsewhere()];
  const owner = await ConsoleClient.of(here);
  const known = (from: TestApp) => {
    const client = new ConsoleClient(from);
    client.email = owner.email;
    client.authenticator = owner.authenticator;
    return client;
  };
  return { here, owner, atHome: known(here), elsewhere: known(there), stranger: known(here) };
}

async function consoleAddress(stage: Stage): Promise<Spending> {
  const { stranger, owner, elsewhere } = await operator(stage);
  return {
    spend: async () => (await times(REQUESTS + 1, () => stranger.get('/console/sign-in'))).status === 429,
    isLost: async () => (await owner.get('/console')).status === 429,
    enter: async () => {
      const gone = await signsIn(elsewhere);
      stage.app.clock.advanceSeconds(MINUTE);
      return gone && isIn(owner);
    },
  };
}

async function consoleSignIns(stage: Stage): Promise<Spending> {
  const { stranger, owner, atHome, elsewhere } = await operator(stage);
  const guess = () =>
    stranger.post('/console/sign-in', { email: owner.email, password: 'no such password', code: '000000' });
  return {
    spend: async () => (await times(SIGN_INS + 1, guess)).status === 429,
    isLost: async () => !(await signsIn(atHome)),
    enter: async () => {
      const ways = [await isIn(owner), await signsIn(elsewhere)];
      stage.app.clock.advanceSeconds(MINUTE);
      return ways.every(Boolean) && signsIn(atHome);
    },
  };
}

async function consoleCodes(stage: Stage): Promise<Spending> {
  const { stranger, owner, atHome } = await operator(stage);
  return {
    spend: async () => {
      const guess = () => {
        stage.app.clock.advanceSeconds(MINUTE);
        return stranger.signIn({ code: '000000' });
      };
      return (await times(WRONG_CODES_LIMIT, guess)).status === 401;
    },
    isLost: async () => {
      stage.app.clock.advanceSeconds(MINUTE);
      return !(await signsIn(atHome));
    },
    enter: async () => {
      const wasIn = await isIn(owner);
      const operators = stage.app.nest.get(OperatorsService);
      const { pathname, search } = new URL(
        (await operators.reset(stage.app.operatorCall(), owner.email))?.link ?? '',
      );
      return wasIn && (await atHome.answer(pathname + search)).status === 303;
    },
  };
}

export const CONSOLE_SCENARIOS = { consoleAddress, consoleSignIns, consoleCodes };
