import * as fc from 'fast-check';

/** As many as keep service and database busy at once. */
const AT_ONCE = 10;

/** Whether `check` holds for `runs` values of this kind, of which a few are tried at a time; `before`: ahead of each few. */
export async function fuzz<Value>(
  kind: fc.Arbitrary<Value>,
  runs: number,
  check: (value: Value) => Promise<void>,
  before?: () => Promise<unknown>,
): Promise<void> {
  const few = fc.array(kind, { minLength: AT_ONCE, maxLength: AT_ONCE });
  const property = fc.asyncProperty(few, async (values) => {
    await before?.();
    await Promise.all(values.map(check));
  });
  await fc.assert(property, { numRuns: Math.ceil(runs / AT_ONCE) });
}
