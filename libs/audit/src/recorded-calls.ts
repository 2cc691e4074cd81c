import type { RequestContext } from '@app/kernel';

const recorded = new WeakSet<object>();

/** Of a call for which a statement makes a record. By its client, which is one for all copies of a call. */
export function markRecorded({ client }: RequestContext): void {
  recorded.add(client);
}

/** Whether a statement was built that records what becomes of the call. */
export function isRecorded({ client }: RequestContext): boolean {
  return recorded.has(client);
}
