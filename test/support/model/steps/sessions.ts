import type { Account, Protocol, Session, Yat } from '../account.js';
import type { Chance, Play, Step } from '../play.js';

const DAY = 86_400;

/** How long things live, in seconds: the defaults. */
export const LIFE = {
  session: 30 * DAY,
  refresh: 30 * DAY,
  pending: 900,
  access: 900,
  fresh: 900,
  code: 300,
  link: 900,
  setup: 900,
  longCode: 600,
  challenge: 300,
  browserAttempt: 900,
  grace: 10,
};

export const sessionsOf = (account: Account, protocol: Protocol): Session[] =>
  account.sessions.filter(({ held }) => held.protocol === protocol);

/** One of the protocol's sessions, mostly a live one; `kind`: of these only. */
export function whichSession(
  account: Account,
  chance: Chance,
  protocol: Protocol,
  kind: (session: Session) => boolean = () => true,
): Session | undefined {
  const all = sessionsOf(account, protocol).filter(kind);
  const live = all.filter((session) => account.isLive(session));
  return chance.of(live.length > 0 && chance.in(75) ? live : all);
}

/** What a refresh token is to its session. */
export function presented(
  account: Account,
  session: Session,
  held: Yat,
  token: string,
): 'newest' | 'former' | 'bad' {
  if (!account.isLive(session)) return 'bad';
  const age = held.chain.length - 1 - held.chain.indexOf(token);
  if (age === 0) return 'newest';
  if (age === 1 && account.now() - held.rotatedAt <= LIFE.grace) return 'former';
  session.over = 'a refresh token came back';
  return 'bad';
}

/** A refresh with this token. */
export async function refresh(play: Play, session: Session, held: Yat, token: string): Promise<void> {
  const { account, stage } = play;
  const was = presented(account, session, held, token);
  const { status, body } = await stage.yat.refresh(token);
  play.agree('a refresh token (yat)', status === 200, was !== 'bad', session);
  if (was === 'bad') return;
  if (was === 'newest') {
    held.chain.push(body.refresh_token);
    held.rotatedAt = account.now();
  }
  play.agree('the newest token to be the only one', body.refresh_token === held.chain.at(-1), true);
  held.access = body.access_token;
  held.accessEndsAt = account.now() + LIFE.access;
  if (session.stage === 'signed_in') session.endsAt = account.now() + LIFE.refresh;
}

/** Whether a session answers to what is in its client's hands; it has to be as the model says. */
export async function use(play: Play, session: Session): Promise<void> {
  const { account, stage } = play;
  const { held } = session;
  const should = session.stage === 'signed_in' && account.isLive(session);
  const answers = (did: boolean) => play.agree(`a session (${held.protocol})`, did, should, session);
  switch (held.protocol) {
    case 'navixy':
      return answers((await stage.navixy.post('/user/get_info', undefined, held.hash)).body.success);
    case 'docspace':
      return answers(await stage.docspace.isGood({ Authorization: held.token }));
    case 'wacht':
      return answers((await held.client.session()).body.session.signins.length > 0);
    case 'yat':
      if (account.now() >= held.accessEndsAt) await refresh(play, session, held, held.chain.at(-1) ?? '');
      return answers((await stage.yat.account(held.access)).status === 200);
    case 'dfns':
      return;
  }
}

export const sessions: Step[] = [
  {
    name: 'use a session',
    weight: 4,
    when: ({ sessions: all }) => all.length > 0,
    run: async (play, chance) => {
      const session = chance.of(play.account.sessions);
      if (session) await use(play, session);
    },
  },
];
