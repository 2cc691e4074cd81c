import type { Config } from '@app/config';
import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { Channel } from '../message.js';
import type { Recipient } from '../recipient.js';
import { mailboxKey } from './mailbox-key.js';
import { takeRecipientSend, type Counted } from './recipient-sends.js';
import { ALL_TEXTS, takeFromWindow } from './send-counts.js';
import type { Share } from './share.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** A recipient with what its messages are counted under. */
export type Addressee = Recipient & { counted: string };

/** Why a message is not sent: the limit that had no room, as the record of the message says it. */
export type Withheld = 'suppressed' | 'country' | 'network' | 'recipient' | 'texts to the country' | 'texts';

/** A limit that a message has to pass, and what is left of the recipients behind it. */
interface Gate {
  name: Withheld;
  passed: Part<Addressee>;
}

export interface Asking {
  call: RequestContext;
  channel: Channel;
  share: Share;
}

const SHORT_CODES = '1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]';
/** Calling codes have one, two or three digits, and none begins like another (ITU-T E.164). Postgres would take the longest that fits. */
const CALLING_CODE = `^\\+(${SHORT_CODES}|(?!${SHORT_CODES})\\d{3})`;

/** The recipients with what is counted under their names: `to` has at most one with an address. */
export function addressees(to: Sql): Part<Addressee> {
  return part(
    'addressed',
    sql`SELECT r.address, r.language, r.account_id, ${mailboxKey} AS counted FROM ${to} r WHERE r.address IS NOT NULL`,
  );
}

/**
 * The limits over everything, one behind the other: whom a message passes by, and by which it is withheld. What is counted at one is
 * not given back where the next has no room. Of two messages of one statement at most one may have a recipient in each channel.
 */
export function allowance(config: Config['recipients'], asking: Asking, to: Part<Addressee>): Gate[] {
  const gates: Gate[] = [];
  const pass = (name: Withheld, gate: (from: Part<Addressee>) => Part<Addressee>) =>
    gates.push({ name, passed: gate(gates.at(-1)?.passed ?? to) });
  const { call, channel, share } = asking;
  const isOwner = share === 'owner';
  const window =
    (counted: Sql, seconds: number, limit: number, forAnybody = limit) =>
    (from: Part<Addressee>) =>
      takeFromWindow(call.now, isOwner, counted, { seconds, limit, forAnybody }, from);

  const isText = channel === 'sms';
  const { textPrefixes, networkMails, networkTexts, texts, textsToCountry } = config;
  if (isText && textPrefixes.length) pass('country', (from) => inCountries(textPrefixes, from));
  if (!isOwner) {
    const ofNetwork = sql`${`${channel} from ${call.client.network}`}`;
    pass('network', window(ofNetwork, HOUR_SECONDS, isText ? networkTexts : networkMails));
  }
  pass('recipient', (from) => takeShare(config, asking, from));
  if (isText) {
    const toCountry = sql`'texts to ' || coalesce(substring(r.address FROM ${CALLING_CODE}), '')`;
    pass('texts to the country', window(toCountry, DAY_SECONDS, textsToCountry, half(textsToCountry)));
    pass('texts', window(sql`${ALL_TEXTS}`, DAY_SECONDS, texts, half(texts)));
  }
  return gates;
}

const half = (limit: number) => Math.ceil(limit / 2);

function inCountries(prefixes: string[], from: Part<Addressee>): Part<Addressee> {
  return part(
    'in_countries',
    sql`
    SELECT r.* FROM ${from} r WHERE EXISTS (SELECT FROM unnest(${prefixes}::text[]) p WHERE starts_with(r.address, p))`,
  );
}

/** What recovery asks for comes out of what anybody has, and when that is spent out of the reserve; of that, a network has half. */
function takeShare(
  config: Config['recipients'],
  { call, share }: Asking,
  from: Part<Addressee>,
): Part<Addressee> {
  const { now, client } = call;
  const first = share === 'owner' ? share : 'anybody';
  const taken = takeRecipientSend(now, first, config[first], countedOf(from));
  if (share !== 'recovery') return within(from, taken);
  const { hourly, daily } = config.recovery;
  const left = part<Addressee>(
    'left_over',
    sql`SELECT r.* FROM ${from} r WHERE NOT EXISTS (SELECT FROM ${taken})`,
  );
  const ofNetwork: Counted = part(
    'of_network',
    sql`SELECT r.counted || ' from ' || ${client.network}::text AS counted FROM ${left} r`,
  );
  const ofOneNetwork = { hourly: half(hourly), daily: half(daily) };
  const network = takeRecipientSend(now, 'recovery', ofOneNetwork, ofNetwork);
  const reserve = takeRecipientSend(now, 'recovery', config.recovery, countedOf(within(left, network)));
  return part(
    'in_share',
    sql`SELECT r.* FROM ${from} r WHERE EXISTS (SELECT FROM ${taken}) OR EXISTS (SELECT FROM ${reserve})`,
  );
}

function countedOf(from: Part<Addressee>): Counted {
  return part('counted', sql`SELECT r.counted FROM ${from} r`);
}

function within(from: Part<Addressee>, taken: Part): Part<Addressee> {
  return part('in_share', sql`SELECT r.* FROM ${from} r WHERE EXISTS (SELECT FROM ${taken})`);
}
