import { readConfig } from '@app/config';
import { AuthError } from '@app/kernel';
import type { PageDocument, Speech } from '@app/pages';
import { doorPage } from '../../apps/auth/src/door/door-page.js';
import { EmailPagePresenter } from '../../apps/auth/src/pages/confirm-email/email-page.presenter.js';
import { endPage, keyPage, stepPage } from '../../apps/auth/src/pages/docspace/page.js';
import {
  confirmPage,
  notMePage as dismissPage,
  plainPage,
  signedInPage,
} from '../../apps/auth/src/pages/magic-link/landing.page.js';
import { notMePage } from '../../apps/auth/src/pages/not-me/not-me.page.js';
import { resetPage } from '../../apps/auth/src/pages/password-reset/reset-page.js';
import { stopPage } from '../../apps/auth/src/pages/recovery-stop/stop-page.js';
import { errorPage } from '../../apps/auth/src/protocols/error-page.js';

export const SITE = { name: 'Example', host: 'auth.example.com' };
const EMAIL = 'anna.with.a.rather.long.name@correspondence.example.com';
const TOKEN = 'T0k3n'.repeat(8);
const LINK = {
  protocol: 'yat',
  email: EMAIL,
  language: 'en',
  requested_at: new Date('2026-01-15T12:00:00.000Z'),
  client_address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
  user_agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0',
  redirect_url: null,
  browser_token_hash: null,
} as const;
const AUTHENTICATOR = {
  label: EMAIL,
  secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  uri: `otpauth://totp/Example:${EMAIL}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example`,
};
const PLACES = Object.fromEntries(
  (['explorer', 'openapi', 'health', 'keys', 'mailbox'] as const).map((name) => [name, `/${name}`]),
);

type Named = [name: string, document: PageDocument | undefined];

/** The same page in each of these states. */
const inEach = <State>(
  name: string,
  states: readonly State[],
  page: (state: State) => PageDocument | undefined,
): Named[] => states.map((state) => [`${name}, ${state}`, page(state)]);

/** Every page in every state that people see, in one language. */
export function everyPage(speech: Speech): [name: string, document: PageDocument][] {
  const frame = { site: SITE, speech, base: '' };
  const emails = new EmailPagePresenter(readConfig({ NODE_ENV: 'test' }));
  const reset = (outcome: Parameters<typeof resetPage>[0]) => resetPage(outcome, speech).document;
  const refused = new AuthError('too_many_requests');
  const pages: Named[] = [
    ...inEach('landing', ['same', 'perhaps_another', 'another'] as const, (browser) =>
      confirmPage(frame, LINK, TOKEN, browser),
    ),
    ['landing, not me', dismissPage(frame, LINK, TOKEN)],
    ['landing, close', signedInPage(frame, 'close')],
    ['landing, go back', signedInPage(frame, 'go_back')],
    ['landing, gone', plainPage(frame, 'gone', 'ask_again')],
    ['landing, same mailbox', plainPage(frame, 'gone', 'same_mailbox')],
    ['landing, dismissed', plainPage(frame, 'dismissed', 'dismissed_means')],
    ['step, mailed', stepPage(frame, { factor: 'email', needsPhone: false })],
    ['step, texted, wrong', stepPage(frame, { factor: 'sms', needsPhone: false }, 'wrong')],
    ['step, shown, wait', stepPage(frame, { factor: 'totp', needsPhone: false }, 'wait')],
    ['step, phone', stepPage(frame, { factor: 'sms', needsPhone: true }, 'wrong_phone')],
    ['step, set up', stepPage(frame, { factor: 'totp', needsPhone: false, authenticator: AUTHENTICATOR })],
    ['step, mailed key', keyPage(frame, EMAIL)],
    ...inEach('step', ['done', 'gone', 'refused'] as const, (end) => endPage(frame, end)),
    ...inEach(
      'not me',
      ['asked', 'done', 'guarded', 'unknown'] as const,
      (state) => notMePage(state, speech).document,
    ),
    ...inEach('stop', ['asked', 'stopped', 'nothing'] as const, (state) => stopPage(state, speech).document),
    ['reset, ask', reset({ kind: 'ask', token: TOKEN })],
    ['reset, length', reset({ kind: 'ask', token: TOKEN, refused: { problem: 'length' } })],
    ['reset, weak', reset({ kind: 'ask', token: TOKEN, refused: { problem: 'weak', reason: 'Weak' } })],
    ...inEach('reset', ['done', 'dead'] as const, (kind) => reset({ kind })),
    ['email, ask', emails.present({ kind: 'ask', token: TOKEN, email: EMAIL }, speech).document],
    ...inEach(
      'email',
      ['done', 'dead', 'taken'] as const,
      (kind) => emails.present({ kind }, speech).document,
    ),
    ['door', doorPage(PLACES, speech).document],
    ...inEach('error', [400, 403, 404, 429, 503], (status) => errorPage(status, refused, speech)),
  ];
  return pages.map(([name, document]) => {
    if (!document) throw new Error(`the page ${name} has no document`);
    return [name, document];
  });
}
