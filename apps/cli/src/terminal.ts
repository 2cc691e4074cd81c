import type { Readable } from 'node:stream';

/** The outside of a command: what it reads, where it answers and where it complains. */
export interface Terminal {
  input: Readable & { isTTY?: boolean };
  out(text: string): void;
  err(text: string): void;
}

export function processTerminal(): Terminal {
  return {
    input: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}
