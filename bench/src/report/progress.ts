const WIDTH = 30;

/** A line that shows how far the run is; on a terminal it stays in its place, elsewhere each step is told once. */
export class Progress {
  private done = 0;
  private readonly begun = performance.now();

  /** `steps`: how many there will be. */
  constructor(private readonly steps: number) {}

  step(what: string): void {
    this.done += 1;
    this.show(what);
  }

  /** The same step, further on. */
  show(what: string): void {
    const share = Math.min(this.done / this.steps, 1);
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
    const seconds = Math.round((performance.now() - this.begun) / 1000);
    const line = `${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${seconds} s  ${what}`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}
