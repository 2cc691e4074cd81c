import { OperatorError } from '@app/administration';
import type { Readable, Writable } from 'node:stream';

/** The outside of a command: what it reads, where it answers and where it complains. */
export interface Terminal {
  input: Readable & { isTTY?: boolean };
  /**
   * Resolves when the text has been taken, so that whoever reads slowly is waited for.
   * @throws UnwrittenError when nobody takes it: a full disk, a closed pipe
   */
  out(text: string): Promise<void> | void;
  err(text: string): void;
  /** Aborted when whoever sits there wants no more of an answer that has no end. */
  stopped?(): AbortSignal;
}

/** The answer has no one who takes it. */
export class UnwrittenError extends OperatorError {
  constructor(readonly reason: string) {
    super(`The answer could not be written (${reason}).`);
  }
}

export function processTerminal(): Terminal {
  // What nobody takes is said by the write itself; unheard, it would end the process with a stack.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    input: process.stdin,
    out: (text) => written(process.stdout, text),
    err: (text) => void process.stderr.write(text),
    stopped: untilStopped,
  };
}

function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

export function written(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error: NodeJS.ErrnoException | null | undefined) =>
      error ? reject(new UnwrittenError(error.code ?? error.message)) : resolve(),
    );
  });
}
