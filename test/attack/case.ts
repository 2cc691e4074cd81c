import type { Target } from './target.js';

/** One attack from outside: what is tried, and what of it worked. */
export interface AttackCase {
  /** Of OWASP ASVS 5.0.0. */
  asvs: string;
  name: string;
  /** What was seen that should not be; nothing when all is well. Throws `Skipped` where it does not apply. */
  run(target: Target): Promise<string[]>;
}

/** The case says nothing about this installation, and why. */
export class Skipped extends Error {}

export interface AttackResult {
  asvs: string;
  name: string;
  result: 'ok' | 'seen' | 'skipped';
  seen: string[];
}

/** Runs one case. A service that hangs up or does not answer has been brought down: that is seen too. */
export async function runCase({ asvs, name, run }: AttackCase, target: Target): Promise<AttackResult> {
  try {
    const seen = await run(target);
    return { asvs, name, result: seen.length ? 'seen' : 'ok', seen };
  } catch (error) {
    const { message } = error as Error;
    return { asvs, name, result: error instanceof Skipped ? 'skipped' : 'seen', seen: [message] };
  }
}
