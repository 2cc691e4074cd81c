import { reasonOf } from './start-up-error.js';

describe('reasonOf', () => {
  it('finds what a refused connection says, which is in the failures of the single addresses', () => {
    const refused = new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), new Error('other')]);
    expect(reasonOf(refused)).toBe('connect ECONNREFUSED ::1:5432');
  });

  it('falls back to the code, and to the thing itself', () => {
    expect(reasonOf(Object.assign(new Error(''), { code: 'EPIPE' }))).toBe('EPIPE');
    expect(reasonOf('thrown text')).toBe('thrown text');
  });
});
