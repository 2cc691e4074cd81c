import { Clock } from '@app/kernel';

/** A clock that stands still until a test moves it. */
export class TestClock extends Clock {
  private at: Date;

  constructor(at = '2026-01-15T12:00:00.000Z') {
    super();
    this.at = new Date(at);
  }

  now(): Date {
    return new Date(this.at);
  }

  advanceSeconds(seconds: number): void {
    this.at = new Date(this.at.getTime() + seconds * 1000);
  }
}
