/** Rows of `docs/security/limits.md`: the limits over everything that is sent. */
export const RECIPIENT_LIMITS = {
  recipientSends: {
    limit:
      'messages of all kinds and protocols to a mailbox or phone that anybody can ask for: 5 in an hour, 10 in a day; beyond that 2 and 4 that recovery alone can use, of which a network has half',
    spender: 'anybody who knows the name',
    lost: 'be sent a code or link without a proof until then',
    open: 'the password, and the codes behind it; a key; the links that were mailed, whoever asked for them; a new password out of the reserve',
    code: [
      'RECIPIENT_HOURLY_LIMIT',
      'RECIPIENT_DAILY_LIMIT',
      'RECIPIENT_RECOVERY_HOURLY_LIMIT',
      'RECIPIENT_RECOVERY_DAILY_LIMIT',
    ],
  },
  ownersSends: {
    limit:
      'messages to a mailbox or phone that its owner asks for, behind a first factor: 10 in an hour, 30 in a day',
    spender: 'whoever has the first factor, and no stranger',
    lost: 'be sent another code until then',
    open: 'the codes that were sent, of sessions that wait; sessions and refresh tokens that are there',
    code: ['RECIPIENT_OWNER_HOURLY_LIMIT', 'RECIPIENT_OWNER_DAILY_LIMIT'],
  },
  networkSends: {
    limit: 'messages that anybody can ask for, at the call of one network in an hour: 300 mails, 20 texts',
    spender: 'whoever calls from the same network (IPv6: /64)',
    lost: 'have one sent from there until the hour is over',
    open: 'every other network; the password, and the codes behind it',
    code: ['NETWORK_MAILS_HOURLY_LIMIT', 'NETWORK_TEXTS_HOURLY_LIMIT'],
  },
  textsOfADay: {
    limit:
      'texts in 24 hours: 1,000, and 500 to one country; of either, half at the call of whoever has proven nothing',
    spender: 'anybody, from many networks and to many phones',
    lost: 'be sent a text without a proof until then',
    open: 'codes behind the password, which have the other half; mail',
    code: ['SMS_DAILY_LIMIT', 'SMS_COUNTRY_DAILY_LIMIT'],
  },
};
