const CEILING_MS = 10_000;
/** `npm start` passes on a Ctrl-C that the terminal has sent to us already: both are one wish. */
const ECHO_MS = 500;

type Stop = () => Promise<void>;

/** Ends what was started, in reverse, on SIGTERM or SIGINT; a second signal, or ten seconds, end the process at once. */
export class Shutdown {
  private readonly stops: Stop[] = [];
  private signalledAt?: number;
  private ending?: Promise<never>;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.signalled());
  }

  get hasBegun(): boolean {
    return this.ending !== undefined;
  }

  /** `stop` ends something that was started after everything added before. */
  add(stop: Stop): void {
    this.stops.push(stop);
  }

  /** Stops everything and ends the process, with `exitCode` unless that fails. */
  end(exitCode: number): Promise<never> {
    return (this.ending ??= this.run(exitCode));
  }

  private async run(exitCode: number): Promise<never> {
    setTimeout(() => process.exit(1), CEILING_MS).unref();
    for (const stop of this.stops.reverse()) {
      await stop().catch((error: Error) => {
        process.stderr.write(`While stopping: ${error.message}\n`);
        exitCode = 1;
      });
    }
    process.exit(exitCode);
  }

  private signalled(): void {
    if (this.signalledAt === undefined) {
      this.signalledAt = performance.now();
      void this.end(0);
    } else if (performance.now() - this.signalledAt > ECHO_MS) {
      process.exit(1);
    }
  }
}
