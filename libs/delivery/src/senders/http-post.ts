import type { HandOverVerdict } from '../message.js';

/** Of an answer no more than this is read: it says a status and an id. */
const LARGEST_ANSWER_BYTES = 64 * 1024;
const RETRYABLE = [408, 425, 429];

export interface Answer {
  status: number;
  /** What the provider asks us to stay away for, if it does. */
  retryAfterSeconds?: number;
  /** The body as JSON; undefined when it is none, or longer than an answer is. */
  json: unknown;
}

/**
 * POSTs, follows no redirect (it would carry the code to where nobody configured), and reads the answer. `reads`: whether the body says
 * anything; otherwise it is not waited for.
 */
export async function post(
  url: string,
  request: { headers: Record<string, string>; body: string },
  { limit, reads }: { limit: AbortSignal; reads: boolean },
): Promise<Answer> {
  const headers = { 'User-Agent': 'Countersign', ...request.headers };
  const init = { method: 'POST', redirect: 'manual', headers, body: request.body, signal: limit } as const;
  const response = await fetch(url, init);
  const { status } = response;
  const retryAfterSeconds = secondsOf(response.headers.get('retry-after'));
  return { status, retryAfterSeconds, json: reads ? await jsonOf(response) : await dropped(response) };
}

/** What a call that came to nothing means: nobody knows whether the other side has it, so it is tried again. */
export function unanswered(error: unknown): HandOverVerdict {
  const { name, cause } = error as Error;
  const reason = (cause as { code?: string } | undefined)?.code ?? name;
  return { outcome: 'retry', fault: 'provider', reason };
}

/**
 * What a status means by itself: 2xx is sent; 4xx refused, but those that a repetition can mend; anything else is tried again, a redirect
 * and a login that is not taken among it: those are not this message's fault.
 */
export function verdictOf({ status, retryAfterSeconds }: Answer, answer = `HTTP ${status}`): HandOverVerdict {
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  const refused = status >= 400 && status < 500 && !RETRYABLE.includes(status);
  if (refused) return { outcome: 'refused', reason: answer };
  const asked = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return { outcome: 'retry', fault: 'provider', reason: answer, ...asked };
}

/** Id of a message at its provider, when it is a plain word; anything else could be an address. */
export function idOf(value: unknown): { providerId?: string } {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? { providerId: value } : {};
}

/** A field of what may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function secondsOf(retryAfter: string | null): number | undefined {
  return retryAfter && /^\d{1,6}$/.test(retryAfter.trim()) ? Number(retryAfter) : undefined;
}

async function jsonOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop ends the answer, and its connection.
    if (bytes > LARGEST_ANSWER_BYTES) return undefined;
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

async function dropped(response: Response): Promise<undefined> {
  await response.body?.cancel();
}
