/**
 * A sleep that can be ended from outside. A ring while nobody sleeps is kept for the next sleep, so one that comes
 * in the middle of a round is never lost.
 */
export class Alarm {
  private rung = false;
  private end: () => void = () => undefined;

  ring(): void {
    this.rung = true;
    this.end();
  }

  /** Returns after `seconds`, or as soon as it rings, or at once when it has rung since the last sleep. */
  async sleep(seconds: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.rung = false;
  }
}
