import type { Config } from '@app/config';
import type { Answer } from './answer.js';
import { operate, type Operator } from './operate.js';
import type { Refusal } from './refusal.js';
import type { Terminal } from './terminal.js';

/** What a command does all its talking through: one form of answer and of complaint, with and without `--json`. */
export class Shell {
  /** Of the last answer. */
  exitCode = 0;

  constructor(
    readonly terminal: Terminal,
    private readonly json: boolean,
    readonly readConfig: () => Config,
  ) {}

  answer({ lines, json, exitCode = 0 }: Answer): void {
    this.exitCode = exitCode;
    this.terminal.out(
      this.json ? `${JSON.stringify(json)}\n` : lines.map((line) => `${visible(line)}\n`).join(''),
    );
  }

  complain({ message }: Refusal): void {
    this.terminal.err(this.json ? `${JSON.stringify({ error: message })}\n` : `${visible(message)}\n`);
  }

  /** What takes long, or ends badly later. */
  readonly note = (line: string): void => this.help(`${line}\n`);

  /** Words for people, beside the answer or the complaint. */
  readonly help = (text: string): void => {
    if (!this.json) this.terminal.err(text);
  };

  /** Answers what `work` does with the services, on the migrated database. */
  async operate(
    work: (operator: Operator) => Promise<Answer>,
    options?: { keepsRing: boolean },
  ): Promise<void> {
    this.answer(await operate(this.readConfig(), this.note, work, options));
  }
}

/** What clients said of themselves is printed too, and must not move the operator's cursor. */
function visible(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\uFFFD');
}
