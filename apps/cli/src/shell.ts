import { OperatorError } from '@app/administration';
import type { Config } from '@app/config';
import type { Answer } from './answer.js';
import { operate, type Operator } from './operate.js';
import type { Refusal } from './refusal.js';
import { UnwrittenError, type Terminal } from './terminal.js';

/** What a command does all its talking through: one form of answer and of complaint, with and without `--json`. */
export class Shell {
  /** Of the last answer. */
  exitCode = 0;

  constructor(
    readonly terminal: Terminal,
    readonly json: boolean,
    readonly readConfig: () => Config,
  ) {}

  /** @throws OperatorError when it could not be written, with what has become of that which it was about */
  async answer({ lines, json, exitCode = 0, unwritten = isDone }: Answer): Promise<void> {
    this.exitCode = exitCode;
    const text = this.json ? `${JSON.stringify(json)}\n` : lines.map((line) => `${visible(line)}\n`).join('');
    try {
      await this.terminal.out(text);
    } catch (error) {
      if (!(error instanceof UnwrittenError)) throw error;
      throw new OperatorError(`${error.message} ${await unwritten()}`, 'conflict', { cause: error });
    }
  }

  /** One of the lines of an answer that has no end, as it is. */
  async line(text: string): Promise<void> {
    await this.terminal.out(`${this.json ? text : visible(text)}\n`);
  }

  /** Help that was asked for. */
  readonly helpAsked = (text: string): void => {
    this.writing = Promise.resolve(this.terminal.out(text));
    // Whoever waits for it hears of it.
    this.writing.catch(() => undefined);
  };
  /** Of that help. */
  writing: Promise<void> = Promise.resolve();

  complain({ message }: Refusal): void {
    this.terminal.err(this.json ? `${JSON.stringify({ error: message })}\n` : `${visible(message)}\n`);
  }

  /** What takes long, or ends badly later. */
  readonly note = (line: string): void => this.help(`${line}\n`);

  /** For work that may take long: tells how far it is once a second, and nothing of what is done before the first. */
  progress(): (done: string) => void {
    let last = performance.now();
    return (done) => {
      if (performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      this.note(done);
    };
  }

  /** Words for people, beside the answer or the complaint. */
  readonly help = (text: string): void => {
    if (!this.json) this.terminal.err(text);
  };

  /** Does what answers line by line. */
  async stream(work: (operator: Operator) => Promise<void>): Promise<void> {
    await operate(this.readConfig(), this.note, work);
  }

  /** Answers what `work` does with the services, on the migrated database. */
  async operate(
    work: (operator: Operator) => Promise<Answer>,
    options?: { keepsRing: boolean },
  ): Promise<void> {
    // Before the database is left: what cannot be told may have to be undone.
    await operate(
      this.readConfig(),
      this.note,
      async (operator) => this.answer(await work(operator)),
      options,
    );
  }
}

const PROGRESS_MS = 1000;
const isDone = async () => 'What the command was to do is done.';

/** What clients said of themselves is printed too, and must not move the operator's cursor. */
function visible(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\uFFFD');
}
