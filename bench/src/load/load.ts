import type { BenchProcess } from '../processes/bench-process.js';

/** A request, the same for every contender that speaks its protocol. */
export interface BenchRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Load {
  url: string;
  requests: BenchRequest[];
  connections: number;
  seconds: number;
  /** Begin anew at the end of the requests; without it, their end is the end of the load. */
  repeats: boolean;
  /** Requests a second, begun at even intervals whether those before are answered or not; absent: as many as go. */
  rate?: number;
  /** Refusals are what is expected: a flood of wrong passwords. */
  mayFail?: boolean;
  /** Keep when each answer came, in milliseconds of the epoch. */
  keepsTimes?: boolean;
}

/** How it went. Times in milliseconds; a paced request's time begins when it was due, not when a connection was free. */
export interface Measured {
  answered: number;
  /** Answers that were not 2xx, and requests without an answer. */
  failed: number;
  firstFailure?: string;
  elapsed: number;
  p50: number;
  p99: number;
  /** By request, as far as they were kept. */
  times?: number[];
}

/** Answers a second. */
export const perSecond = ({ answered, elapsed }: Measured) => (answered / elapsed) * 1000;

/**
 * Sends the load from a process of its own.
 *
 * @throws when an answer was not a success: a figure of work that was refused says nothing
 */
export async function send(generator: BenchProcess, load: Load): Promise<Measured> {
  const measured = await generator.call<Measured>('send', load);
  if (measured.failed && !load.mayFail)
    throw new Error(
      `${measured.failed} of ${measured.answered + measured.failed} failed: ${measured.firstFailure}`,
    );
  return measured;
}
