import { CHECKS } from '../chaos/checks/index.js';
import type { Evidence, Fact } from '../chaos/journal.js';

const at = (since: number) => ({ since, at: since + 10 });
const replica = { what: 'replica', how: 'killed', from: 1000, to: 2000, replica: 1 } as const;
const away = { what: 'database', how: 'restarted', from: 1000, to: 2000 } as const;
const call = { from: 5000, to: 5010, replica: 0, name: 'yat /auth/token', status: 200 };
const mail = { at: 500, mailbox: 'liv@example.com', messageId: '1' };
const asked: Fact = { kind: 'asked', mailbox: mail.mailbox, sure: true, ...at(400) };
const begun: Fact = { kind: 'begun', session: 's1', sure: true, ...at(100) };
const seen: Fact = { kind: 'seen', session: 's1', good: true, ...at(200) };
const ended: Fact = { kind: 'ended', session: 's1', sure: true, ...at(300) };
const redeemed: Fact = { kind: 'redeemed', code: 'liv@example.com 1', sure: true, ...at(100) };
const turned: Fact = { kind: 'turned', session: 's1', token: 'a', successor: 'b', ...at(100) };
const guessed: Fact = { kind: 'guessed', subject: 'liv', ...at(100) };
const counted: Fact = { kind: 'counted', address: '10.0.0.1', ...at(100) };
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

const nothing: Evidence = {
  calls: [],
  facts: [],
  outages: [],
  mails: [],
  remains: { sessions: {}, queued: 0, overtried: 0, doubles: 0, overspent: 0 },
  limits: { guesses: 20, sends: 5, requests: 60, windowSeconds: 60 },
};
const remains = (change: Partial<Evidence['remains']>) => ({ remains: { ...nothing.remains, ...change } });

type Case = [situation: string, evidence: Partial<Evidence>];
type Table = Record<string, { wrong: Case[]; right: Case[] }>;

/** For each check what it has to find, and beside it what looks alike and is in order. */
const TABLE: Table = {
  'no code was accepted twice': {
    wrong: [['two answers that accept', { facts: [redeemed, redeemed] }]],
    right: [
      ['one of two calls', { facts: [redeemed, { ...redeemed, sure: false }] }],
      ['two codes', { facts: [redeemed, { ...redeemed, code: 'liv@example.com 2' }] }],
    ],
  },
  'no account has more sessions than secrets were offered for it': {
    wrong: [
      ['two of one code', { facts: [redeemed], ...remains({ sessions: { 'liv@example.com': 2 } }) }],
      ['one of none', remains({ sessions: { 'liv@example.com': 1 } })],
    ],
    right: [
      [
        'one whose answer was lost',
        { facts: [{ ...redeemed, sure: false }], ...remains({ sessions: { 'liv@example.com': 1 } }) },
      ],
    ],
  },
  'no budget of guesses was exceeded': {
    wrong: [
      ['one guess too many', { facts: times(21, guessed) }],
      ['an attempt beyond its tries', remains({ overtried: 1 })],
      ['a budget beyond its end', remains({ overspent: 1 })],
    ],
    right: [['the last guess', { facts: times(20, guessed) }]],
  },
  'no share of messages was exceeded': {
    wrong: [
      ['one message too many', { mails: times(6, mail).map((each, n) => ({ ...each, messageId: `${n}` })) }],
    ],
    right: [
      ['the last message', { mails: times(5, mail).map((each, n) => ({ ...each, messageId: `${n}` })) }],
      ['one of them in many copies', { mails: times(9, mail) }],
    ],
  },
  'no limit of requests was exceeded': {
    wrong: [
      ['more than two windows hold', { facts: times(121, counted) }],
      [
        'the same after a restart that keeps them',
        { facts: times(121, counted), outages: [{ ...away, from: 0 }] },
      ],
    ],
    right: [
      ['what two windows hold', { facts: times(120, counted) }],
      [
        'more, where they began anew',
        { facts: times(121, counted), outages: [{ ...away, from: 0, forgetsLimits: true }] },
      ],
      ['more, in more time', { facts: [...times(121, counted), { ...counted, ...at(60_200) }] }],
    ],
  },
  'no acknowledged session was lost': {
    wrong: [
      ['gone without an end', { facts: [begun, { ...seen, good: false }] }],
      ['gone before its end was asked for', { facts: [begun, { ...seen, good: false }, ended] }],
      ['never looked at', { facts: [begun] }],
    ],
    right: [
      ['good', { facts: [begun, seen] }],
      ['gone after an end', { facts: [begun, ended, { ...seen, good: false, ...at(400) }] }],
      [
        'gone after an end without an answer',
        { facts: [begun, { ...ended, sure: false }, { ...seen, good: false, ...at(400) }] },
      ],
      [
        'one that nobody was told of',
        {
          facts: [
            { ...begun, sure: false },
            { ...seen, good: false },
          ],
        },
      ],
    ],
  },
  'no acknowledged end was lost': {
    wrong: [['good after its end', { facts: [begun, ended, { ...seen, ...at(400) }] }]],
    right: [
      ['good before its end', { facts: [begun, seen, ended] }],
      [
        'good after an end without an answer',
        { facts: [begun, { ...ended, sure: false }, { ...seen, ...at(400) }] },
      ],
    ],
  },
  'each session has one branch of refresh tokens': {
    wrong: [
      ['two successors', { facts: [turned, { ...turned, successor: 'c' }] }],
      ['two sessions of a token', remains({ doubles: 1 })],
    ],
    right: [
      ['the same successor twice', { facts: [turned, turned] }],
      ['a chain', { facts: [turned, { ...turned, token: 'b', successor: 'c' }] }],
    ],
  },
  'no promised mail is missing, and none came that nobody asked for': {
    wrong: [
      ['none came', { facts: [asked] }],
      ['two for one call', { facts: [asked], mails: [mail, { ...mail, messageId: '2' }] }],
      ['one for no call', { mails: [mail] }],
      ['one still waits', remains({ queued: 1 })],
    ],
    right: [
      ['it came', { facts: [asked], mails: [mail] }],
      ['it came twice', { facts: [asked], mails: [mail, mail] }],
      ['none of a call without an answer', { facts: [{ ...asked, sure: false }] }],
      ['one of a call without an answer', { facts: [{ ...asked, sure: false }], mails: [mail] }],
    ],
  },
  'no mail came twice without a reason': {
    wrong: [
      ['without an outage', { mails: [mail, mail] }],
      ['long before an outage', { mails: [{ ...mail, at: -1001 }, mail], outages: [replica] }],
      ['after an outage', { mails: [{ ...mail, at: 2001 }, mail], outages: [replica] }],
      [
        'beside a change of keys',
        { mails: [{ ...mail, at: 1500 }, mail], outages: [{ ...away, what: 'keys' }] },
      ],
    ],
    right: [
      ['shortly before a process died', { mails: [{ ...mail, at: 900 }, mail], outages: [replica] }],
      ['while the database was away', { mails: [{ ...mail, at: 1500 }, mail], outages: [away] }],
    ],
  },
  'no 5xx outside the outages and two seconds after': {
    wrong: [
      ['a 503 without an outage', { calls: [{ ...call, status: 503 }] }],
      [
        'a 503 later than two seconds after one',
        { calls: [{ ...call, from: 4001, status: 503 }], outages: [away] },
      ],
      ['a 500 in an outage', { calls: [{ ...call, from: 1500, status: 500 }], outages: [away] }],
      [
        'a 503 of another replica than the stopped one',
        { calls: [{ ...call, from: 1500, status: 503 }], outages: [replica] },
      ],
      [
        'a 503 for want of mail',
        { calls: [{ ...call, from: 1500, status: 503 }], outages: [{ ...away, what: 'mail' }] },
      ],
      [
        'a 503 for a migration',
        { calls: [{ ...call, from: 1500, status: 503 }], outages: [{ ...away, what: 'migration' }] },
      ],
    ],
    right: [
      ['a 503 in an outage', { calls: [{ ...call, from: 1500, to: 1600, status: 503 }], outages: [away] }],
      ['a 503 two seconds after', { calls: [{ ...call, from: 4000, status: 503 }], outages: [away] }],
      [
        'a 503 of a stopped replica',
        { calls: [{ ...call, from: 1500, replica: 1, status: 503 }], outages: [replica] },
      ],
      ['a 429', { calls: [{ ...call, status: 429 }] }],
    ],
  },
  'no call was left without an answer by a replica that ran': {
    wrong: [
      ['without an outage', { calls: [{ ...call, status: undefined }] }],
      ['by another replica', { calls: [{ ...call, from: 1500, status: undefined }], outages: [replica] }],
      ['for want of the database', { calls: [{ ...call, from: 1500, status: undefined }], outages: [away] }],
    ],
    right: [
      [
        'by one that was killed',
        { calls: [{ ...call, from: 1500, replica: 1, status: undefined }], outages: [replica] },
      ],
    ],
  },
};

describe('the checks of a chaos run', () => {
  it('are all tried here', () => expect(Object.keys(TABLE)).toEqual(Object.keys(CHECKS)));

  describe.each(Object.entries(TABLE))('%s', (name, { wrong, right }) => {
    const violations = (evidence: Partial<Evidence>) =>
      CHECKS[name]?.({ ...nothing, ...evidence }).violations;

    it.each(wrong)('finds: %s', (_situation, evidence) => expect(violations(evidence)).not.toEqual([]));
    it.each(right)('is content with: %s', (_situation, evidence) => expect(violations(evidence)).toEqual([]));
  });
});
