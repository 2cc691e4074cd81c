import type { Speech } from '@app/pages';
import type { PresentedOperator } from '@app/operators';

/** Somebody in front of a page of the console. */
export interface Visit {
  speech: Speech;
  /** The path of `PUBLIC_URL`, without a slash at its end. */
  base: string;
  /** What each form of the session has to bring back. */
  formToken: string;
  /** Who has signed in; absent on the pages before that. */
  operator?: PresentedOperator;
  /** What was done just now, as the address of the page says it. */
  done?: string;
}
