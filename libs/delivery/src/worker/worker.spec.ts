import { Logger } from '@nestjs/common';
import { Alarm } from './alarm.js';
import { Outage } from './outage.js';
import { retryDelaySeconds } from './retry-delay.js';

describe('retryDelaySeconds', () => {
  it('doubles from a second to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 3000].map((tries) => retryDelaySeconds(tries, 0))).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60, 60,
    ]);
  });

  it('takes off up to a half at random', () => {
    expect(retryDelaySeconds(4, 1)).toBe(4);
    expect(retryDelaySeconds(4, 0.5)).toBe(6);
  });
});

describe('Alarm', () => {
  const LONG = 3600;

  it('ends a sleep at once', async () => {
    const alarm = new Alarm();
    const sleep = alarm.sleep(LONG);
    alarm.ring();
    await sleep;
  });

  it('keeps a ring that nobody heard for the next sleep, and for that one alone', async () => {
    const alarm = new Alarm();
    alarm.ring();
    alarm.ring();
    await alarm.sleep(LONG);
    const ended = jest.fn();
    const sleep = alarm.sleep(LONG).then(ended);
    await new Promise(setImmediate);
    expect(ended).not.toHaveBeenCalled();
    alarm.ring();
    await sleep;
  });

  it('sleeps no longer than it is told', async () => {
    await new Alarm().sleep(0.001);
  });
});

describe('Outage', () => {
  it('is logged once when it begins and once when it ends', () => {
    const logger = new Logger();
    const error = jest.spyOn(logger, 'error').mockImplementation();
    const log = jest.spyOn(logger, 'log').mockImplementation();
    const outage = new Outage(logger);
    outage.passed();
    outage.failed(new Error('away'));
    outage.failed(new Error('away'));
    outage.passed();
    outage.passed();
    outage.failed(new Error('away again'));
    expect(error).toHaveBeenCalledTimes(2);
    expect(log).toHaveBeenCalledTimes(1);
  });
});
