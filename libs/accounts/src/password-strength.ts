import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** NIST SP 800-63B §3.1.1.2: at least 8 characters, and room for a sentence. */
export const PASSWORD_LENGTH = { min: 8, max: 128 };
/** 0 to 4; 3 is "safely unguessable" where verifiers are slow. */
const LEAST_SCORE = 3;
/** The time an estimate takes grows with the square of the length; what is strong this far is strong. */
const JUDGED_CHARACTERS = 32;
const JUDGED_NAMES = { count: 20, characters: 64 };

interface Estimate {
  id: number;
  score: number;
  warning: string;
  suggestions: string[];
}

interface Waiting {
  resolve(estimate: Estimate): void;
  reject(error: unknown): void;
}

/**
 * How hard a password is to guess. Estimated in a thread of its own, which is started with the first question: a hostile text
 * takes up to 50 ms there, and nothing of the event loop.
 */
@Injectable()
export class PasswordStrength implements OnApplicationShutdown {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  /**
   * Why a password is too weak, in a sentence; undefined when it is not. `about`: what the person is known by, which
   * guessers try first.
   */
  async weaknessOf(password: string, about: string[]): Promise<string | undefined> {
    const judged = [...password.normalize('NFKC')].slice(0, JUDGED_CHARACTERS).join('');
    const names = about.flatMap(words).slice(0, JUDGED_NAMES.count);
    const { score, warning, suggestions } = await this.estimate(judged, names);
    if (score >= LEAST_SCORE) return undefined;
    return [warning || 'This password is easy to guess.', ...suggestions].join(' ');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.worker?.terminate();
  }

  private estimate(password: string, about: string[]): Promise<Estimate> {
    const worker = (this.worker ??= this.start());
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, password, about });
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('./password-strength.worker.mjs', import.meta.url));
    worker.unref();
    worker.on('message', (estimate: Estimate) => {
      this.waiting.get(estimate.id)?.resolve(estimate);
      this.waiting.delete(estimate.id);
    });
    // A thread that has died answers nobody: whoever waits is told, and the next question starts another.
    const gone = (error: unknown) => {
      this.worker = undefined;
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    worker.on('error', gone);
    worker.on('exit', () => gone(new Error('the thread that estimates passwords has ended')));
    return worker;
  }
}

/** An address is known by its parts too. */
function words(text: string): string[] {
  const known = text.slice(0, JUDGED_NAMES.characters);
  return [known, ...known.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2);
}
