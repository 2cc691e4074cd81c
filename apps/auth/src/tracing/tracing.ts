import type { Handler } from 'express';

/** What makes spans of requests, statements and hand-overs; here: nothing, and nothing is loaded for it. */
export class Tracing {
  /** Makes a span of every request from here on; absent when none are made. */
  readonly observe?: Handler;
}
