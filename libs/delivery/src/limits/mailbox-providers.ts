/** How a provider tells mailboxes apart: what of an address before the `@` makes no other mailbox. */
export interface MailboxRule {
  /** The domains of one provider; addresses that differ in these alone are one mailbox, where `oneName` says so. */
  domains: readonly string[];
  oneName?: boolean;
  /** Dots (and what else) that are left out. */
  ignored?: '.' | '._-';
  /** What begins a tag, which is left out with all that follows. */
  tag?: '+' | '-';
}

/**
 * Those that say so themselves. A domain of which nothing is known keeps its dots and tags: they may be another person's.
 *
 * - Google: support.google.com/mail/answer/7436150 (dots), …/answer/22370 (tags), …/answer/10313 (googlemail.com)
 * - Microsoft: learn.microsoft.com/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online
 * - Apple: support.apple.com/guide/icloud/mm6b1a490a (one person's me.com, mac.com and icloud.com are one mailbox)
 * - Fastmail: www.fastmail.help/hc/en-us/articles/360060591053 · Proton: proton.me/support/addresses-and-aliases (dots, `_` and `-` too)
 * - Yahoo: help.yahoo.com/kb/SLN28815 (a hyphen begins the key word of a disposable address)
 * - Zoho: www.zoho.com/mail/help/plus-addressing.html · mailbox.org: kb.mailbox.org · Posteo: posteo.de/en/help · Runbox: help.runbox.com
 * - Yandex: yandex.com/support/mail (tags, and one login in all its domains)
 */
export const MAILBOX_RULES: readonly MailboxRule[] = [
  { domains: ['gmail.com', 'googlemail.com'], oneName: true, ignored: '.', tag: '+' },
  { domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'], tag: '+' },
  { domains: ['outlook.de', 'outlook.fr', 'outlook.es', 'outlook.it', 'outlook.jp'], tag: '+' },
  { domains: ['hotmail.de', 'hotmail.fr', 'hotmail.it', 'hotmail.es', 'hotmail.co.uk'], tag: '+' },
  { domains: ['live.de', 'live.fr', 'live.it', 'live.nl', 'live.co.uk'], tag: '+' },
  { domains: ['icloud.com', 'me.com', 'mac.com'], oneName: true, tag: '+' },
  { domains: ['fastmail.com', 'fastmail.fm'], tag: '+' },
  {
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    oneName: true,
    ignored: '._-',
    tag: '+',
  },
  { domains: ['yahoo.com', 'yahoo.de', 'yahoo.fr', 'yahoo.co.uk', 'ymail.com', 'rocketmail.com'], tag: '-' },
  { domains: ['yandex.com', 'yandex.ru', 'ya.ru'], oneName: true, tag: '+' },
  { domains: ['zoho.com', 'zohomail.com'], tag: '+' },
  { domains: ['mailbox.org', 'posteo.de', 'posteo.net', 'runbox.com'], tag: '+' },
];
