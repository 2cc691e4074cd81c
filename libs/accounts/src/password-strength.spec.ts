import { PasswordStrength } from './password-strength.js';

describe('the strength of a password', () => {
  const strength = new PasswordStrength();
  afterAll(() => strength.onApplicationShutdown());
  const weaknessOf = (password: string, about: string[] = []) => strength.weaknessOf(password, about);

  it.each(['password', '12345678', 'qwertyuiop', 'iloveyou1', 'P@ssw0rd', 'aaaaaaaaaaaaaaaa', 'letmein123'])(
    'says why %s is too weak',
    async (password) => expect(await weaknessOf(password)).toMatch(/^[A-Z].*\.$/),
  );

  it.each(['correct horse battery', 'tR7#kq9!Lm2w', 'gelbe Kanne im Schnee'])(
    'lets %s pass',
    async (password) => expect(await weaknessOf(password)).toBeUndefined(),
  );

  it('knows that people are guessed by their own names first', async () => {
    expect(await weaknessOf('zwickelbauer')).toBeUndefined();
    expect(await weaknessOf('zwickelbauer', ['zwickelbauer@example.com'])).toBeDefined();
  });

  it('goes on when its thread has died: whoever waits is told, and the next question is answered', async () => {
    // So many that the thread cannot have answered all of them before it is told to end.
    const asked = Array.from({ length: 200 }, (_, index) => weaknessOf(`correct horse battery ${index}`));
    const answers = Promise.allSettled(asked);
    await strength.onApplicationShutdown();
    const reasons = (await answers).flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason] : [],
    );
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons)
      expect(reason).toMatchObject({ message: expect.stringContaining('has ended') });
    expect(await weaknessOf('password')).toBeDefined();
  });
});
