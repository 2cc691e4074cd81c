import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { BenchProcess, built } from './bench-process.js';
import type { SunkMail } from './sink.js';

const PATIENCE_MS = 120_000;
const PAUSE_MS = 20;

/** The mail server of the bench, in a process of its own. */
export class MailSink {
  private constructor(
    readonly url: string,
    private readonly program: BenchProcess,
  ) {}

  static async start(folder: string): Promise<MailSink> {
    const log = join(folder, 'sink.log');
    const program = new BenchProcess({ name: 'the mail server', args: [built('processes/sink.js')], log });
    return new MailSink(`smtp://127.0.0.1:${await program.call<number>('port')}`, program);
  }

  /** How long it takes to answer a mail. */
  delay(ms: number): Promise<void> {
    return this.program.call('delay', ms);
  }

  mails(): Promise<SunkMail[]> {
    return this.program.call('mails');
  }

  /** How many there are now. */
  count(): Promise<number> {
    return this.program.call('count');
  }

  forget(): Promise<void> {
    return this.program.call('forget');
  }

  /**
   * Waits for this many mails.
   *
   * @throws when none has come for two minutes
   */
  async has(count: number, progress: (there: number) => void = () => undefined): Promise<void> {
    let [there, since] = [0, performance.now()];
    while (there < count) {
      await sleep(PAUSE_MS);
      const now = await this.count();
      if (now > there) since = performance.now();
      else if (performance.now() - since > PATIENCE_MS)
        throw new Error(`${there} of ${count} mails have come.`);
      there = now;
      progress(there);
    }
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
