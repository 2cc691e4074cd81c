import { plusSeconds } from '@app/kernel';
import type { HandOverVerdict } from '../message.js';
import { Circuit } from './circuit.js';

const NOW = new Date('2026-01-15T12:00:00Z');
const after = (seconds: number) => plusSeconds(NOW, seconds);
const SENT: HandOverVerdict = { outcome: 'sent' };
const failing = (retryAfterSeconds?: number): HandOverVerdict => ({
  outcome: 'retry',
  fault: 'provider',
  reason: 'HTTP 500',
  retryAfterSeconds,
});

describe('a circuit', () => {
  let circuit: Circuit;
  const fail = (...ids: string[]) => ids.map((id) => circuit.note(id, failing(), NOW));

  beforeEach(() => {
    circuit = new Circuit(() => 0);
  });

  it('rests a provider at which three messages in a row fail, and not two', () => {
    expect(fail('1', '2')).toEqual([false, false]);
    expect(circuit.state(NOW)).toBe('closed');
    expect(fail('3')).toEqual([true]);
    expect(circuit.state(NOW)).toBe('resting');
  });

  it('does not rest it for one message that fails again and again: that may have itself to blame', () => {
    fail('1', '1', '1', '1');
    expect(circuit.state(NOW)).toBe('closed');
  });

  it.each([
    ['was sent', SENT],
    ['was refused for its recipient', { outcome: 'refused', reason: 'RCPT TO 550' } as const],
  ])('begins to count anew when one %s in between', (_, verdict) => {
    fail('1', '2');
    circuit.note('3', verdict, NOW);
    fail('4', '5');
    expect(circuit.state(NOW)).toBe('closed');
  });

  it.each(['message', 'ours'] as const)('does not count what is the fault of the %s', (fault) => {
    for (const id of ['1', '2', '3', '4']) circuit.note(id, { outcome: 'retry', fault, reason: 'x' }, NOW);
    expect(circuit.state(NOW)).toBe('closed');
  });

  it('lets one message find out after five seconds, and not before', () => {
    fail('1', '2', '3');
    expect(circuit.state(after(4.999))).toBe('resting');
    expect(circuit.state(after(5))).toBe('probing');
    circuit.note('4', SENT, after(5));
    expect(circuit.state(after(5))).toBe('closed');
  });

  it('rests twice as long after each one that failed, up to a minute', () => {
    fail('1', '2', '3');
    let now = NOW;
    for (const seconds of [5, 10, 20, 40, 60, 60]) {
      expect(circuit.restSeconds(now)).toBe(seconds);
      now = plusSeconds(now, seconds);
      expect(circuit.note('4', failing(), now)).toBe(true);
    }
  });

  it('takes nothing as news that was under way when the rest began', () => {
    fail('1', '2', '3');
    expect(fail('4', '5')).toEqual([false, false]);
    expect(circuit.restSeconds(NOW)).toBe(5);
  });

  it('rests for as long as the provider asks, at its first word, and for no more than five minutes', () => {
    expect(circuit.note('1', failing(42), NOW)).toBe(true);
    expect(circuit.restSeconds(NOW)).toBe(42);
    const other = new Circuit(() => 0);
    other.note('1', failing(86_400), NOW);
    expect(other.restSeconds(NOW)).toBe(300);
  });

  it('takes off up to a half at random, so that replicas do not come back together', () => {
    const random = new Circuit(() => 1);
    for (const id of ['1', '2', '3']) random.note(id, failing(), NOW);
    expect(random.restSeconds(NOW)).toBe(2.5);
  });
});
