import { recordedAs, type Recorded } from '@app/audit';
import type { Part } from '@app/database';
import type { BrowserReference, Flow } from '@app/sessions';
import type { BrowserView } from './browser-view.js';

/** The browser session of a call, with what it held when the call arrived. */
export interface Browser extends BrowserReference {
  view: BrowserView;
}

/** What a call answers: the browser session as it is now, its token when it has a new one, and what else was asked for. */
export interface BrowserAnswer {
  view: BrowserView;
  token?: string;
  /** The session itself when absent. */
  data?: object;
}

/** A browser session that holds nothing. */
export function emptyView(id: string, expiresAt: Date): BrowserView {
  return {
    id,
    expires_at: expiresAt.toISOString(),
    late: false,
    stale: false,
    active_id: null,
    attempts: [],
    sign_ins: [],
  };
}

/** The record of an attempt that was begun. */
export function begunBy(flow: Part<Flow>): Part<Recorded> {
  return recordedAs('begun', flow, { session: false });
}
