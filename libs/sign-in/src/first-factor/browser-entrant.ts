import { entering } from '@app/accounts';
import { provenInBrowser, type Verdict } from '@app/attempts';
import type { Part } from '@app/database';
import type { Call } from '@app/kernel';
import { browserSignIn, type BrowserEntrant, type SessionLives, type StagedSession } from '@app/sessions';

/** The session of whoever has proven a first factor by an attempt of a browser session; no row for any other verdict. */
export function enterBrowser(call: Call, verdict: Part<Verdict>, lives: SessionLives): Part<StagedSession> {
  const entrant = entering(provenInBrowser(verdict)) as Part<BrowserEntrant>;
  return browserSignIn(call, entrant, lives);
}
