import { Shutdown } from './shutdown.js';

type Handler = () => void;

const handlers = new Map<string, Handler>();
let exits: (number | undefined)[];

beforeEach(() => {
  exits = [];
  handlers.clear();
  jest.useFakeTimers();
  jest.spyOn(process, 'on').mockImplementation((signal, handler) => {
    handlers.set(String(signal), handler as Handler);
    return process;
  });
  jest.spyOn(process, 'exit').mockImplementation(((code?: number) => exits.push(code)) as never);
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const never = () => new Promise<void>(() => undefined);

describe('Shutdown', () => {
  it('stops what was started, the last first, and ends with the code it was given', async () => {
    const order: string[] = [];
    const shutdown = new Shutdown();
    for (const name of ['database', 'app', 'server']) shutdown.add(async () => void order.push(name));
    await shutdown.end(0);
    expect(order).toEqual(['server', 'app', 'database']);
    expect(exits).toEqual([0]);
  });

  it('stops the rest when one fails to, and ends with 1', async () => {
    const stopped = jest.fn(() => Promise.resolve());
    const shutdown = new Shutdown();
    shutdown.add(stopped);
    shutdown.add(() => Promise.reject(new Error('stuck')));
    await shutdown.end(0);
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(exits).toEqual([1]);
  });

  it('stops once, however often it is asked', async () => {
    const stopped = jest.fn(() => Promise.resolve());
    const shutdown = new Shutdown();
    shutdown.add(stopped);
    await Promise.all([shutdown.end(1), shutdown.end(0)]);
    expect(stopped).toHaveBeenCalledTimes(1);
    expect(exits).toEqual([1]);
  });

  it.each(['SIGINT', 'SIGTERM'])('gives up ten seconds after %s', (signal) => {
    new Shutdown().add(never);
    handlers.get(signal)?.();
    jest.advanceTimersByTime(9_999);
    expect(exits).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(exits).toEqual([1]);
  });

  it('ends at once on a second signal, but not on the echo of the first', () => {
    new Shutdown().add(never);
    handlers.get('SIGINT')?.();
    jest.advanceTimersByTime(100);
    handlers.get('SIGINT')?.();
    expect(exits).toEqual([]);
    jest.advanceTimersByTime(1_000);
    handlers.get('SIGTERM')?.();
    expect(exits).toEqual([1]);
  });
});
