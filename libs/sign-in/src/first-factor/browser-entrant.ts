import { entering } from '@app/accounts';
import { provenInBrowser, type GuessVerdict } from '@app/attempts';
import type { Part } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { browserSignIn, type BrowserEntrant, type SessionRules, type StagedSession } from '@app/sessions';

/** The session of whoever has proven a first factor by an attempt of a browser session; no row for any other verdict. */
export function enterBrowser(
  call: RequestContext,
  verdict: Part<GuessVerdict>,
  rules: SessionRules,
): Part<StagedSession> {
  const entrant = entering(call, provenInBrowser(verdict)) as Part<BrowserEntrant>;
  return browserSignIn(call, entrant, rules);
}
