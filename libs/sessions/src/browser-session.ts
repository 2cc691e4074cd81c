import type { AuthenticationMethod, SessionStage } from './session.entity.js';

/** The browser session of a call, as its cookie named it. */
export interface BrowserReference {
  id: string;
  tokenHash: string;
}

export interface NewBrowserAttempt {
  id: string;
  kind: 'sign_in' | 'sign_up';
  method: string | null;
}

/** The browser session that a statement is about. */
export interface LockedBrowser {
  browser_session_id: string;
}

/** An attempt of a browser session: whose guesses and mails are counted, and what it has led to so far. */
export interface Flow {
  /** Of the browser attempt. */
  id: string;
  subject: string;
  account_id: string | null;
  session_id: string | null;
}

/** A session made at once, without a code before it. */
export interface BrowserStart {
  id: string;
  attemptId: string;
  stage: SessionStage;
  method: AuthenticationMethod['method'];
}
