import type { z } from 'zod';
import { textCountries, whole } from './readers.js';
import { set } from './variable.js';

/** What is sent to one recipient, at the call of one network and in texts, over all flows and protocols together. */
export const sendLimits = {
  RECIPIENT_HOURLY_LIMIT: set(
    whole(1, 100),
    '5',
    'Messages to one mailbox or phone in an hour that anybody can ask for, of all kinds and protocols together.',
  ),
  RECIPIENT_DAILY_LIMIT: set(whole(1, 1000), '10', 'The same in 24 hours.'),
  RECIPIENT_RECOVERY_HOURLY_LIMIT: set(
    whole(0, 100),
    '2',
    'How many more recovery alone can use when that is spent; one network at most half of them.',
  ),
  RECIPIENT_RECOVERY_DAILY_LIMIT: set(whole(0, 1000), '4', 'The same in 24 hours.'),
  RECIPIENT_OWNER_HOURLY_LIMIT: set(
    whole(1, 100),
    '10',
    'The share apart of what its owner asks for: behind the password or in a session.',
  ),
  RECIPIENT_OWNER_DAILY_LIMIT: set(whole(1, 1000), '30', 'The same in 24 hours.'),
  NETWORK_MAILS_HOURLY_LIMIT: set(
    whole(1, 1_000_000),
    '300',
    'Mails that anybody can ask for, at the call of one network in an hour.',
  ),
  NETWORK_TEXTS_HOURLY_LIMIT: set(whole(1, 10_000), '20', 'The same of texts.'),
  SMS_COUNTRIES: set(
    textCountries,
    '',
    'Countries that texts go to, by ISO 3166-1 code (DE,FR,US) or as a prefix (+49,+1212). Empty: all.',
  ),
  SMS_DAILY_LIMIT: set(
    whole(1, 10_000_000),
    '1000',
    'Texts in 24 hours; of those that anybody can ask for, half as many. From 80 % on the log and the metrics say so.',
  ),
  SMS_COUNTRY_DAILY_LIMIT: set(whole(1, 10_000_000), '500', 'The same to one country (calling code).'),
};

type Given = { [Name in keyof typeof sendLimits]: z.output<(typeof sendLimits)[Name]> };

/** How many in an hour, and in 24 hours. */
export interface RecipientLimit {
  hourly: number;
  daily: number;
}

/** The same as the service is told. */
export function recipientLimits(env: Given) {
  const limit = (hourly: number, daily: number): RecipientLimit => ({ hourly, daily });
  return Object.freeze({
    anybody: limit(env.RECIPIENT_HOURLY_LIMIT, env.RECIPIENT_DAILY_LIMIT),
    recovery: limit(env.RECIPIENT_RECOVERY_HOURLY_LIMIT, env.RECIPIENT_RECOVERY_DAILY_LIMIT),
    owner: limit(env.RECIPIENT_OWNER_HOURLY_LIMIT, env.RECIPIENT_OWNER_DAILY_LIMIT),
    networkMails: env.NETWORK_MAILS_HOURLY_LIMIT,
    networkTexts: env.NETWORK_TEXTS_HOURLY_LIMIT,
    texts: env.SMS_DAILY_LIMIT,
    textsToCountry: env.SMS_COUNTRY_DAILY_LIMIT,
    /** How a number has to begin; empty: anyhow. */
    textPrefixes: env.SMS_COUNTRIES,
  });
}
