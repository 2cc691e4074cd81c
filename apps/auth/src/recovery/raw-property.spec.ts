import * as fc from 'fast-check';
import { rawProperty } from './raw-property.js';

describe('rawProperty', () => {
  it.each([
    ['{"a":{"z":1,"b":2},"c":3}', '{"z":1,"b":2}'],
    ['{"c":{"a":0},"a":{"2":1,"1":2}}', '{"2":1,"1":2}'],
    ['{ "c" : "a", "a" :  [ 1, {"a": "}"} ] , "d":1}', '[ 1, {"a": "}"} ]'],
    ['{"\\u0061":"\\u00e9\\"}"}', '"\\u00e9\\"}"'],
    ['{"c":"\\"a\\":{}","a":null}', 'null'],
    ['{"c":1}', undefined],
    ['{}', undefined],
  ])('finds a in %s as it was sent', (json, expected) => {
    expect(rawProperty(json, 'a')).toBe(expected);
  });

  it('finds what was written, in any object of JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        fc.boolean(),
        (others, value, spaced) => {
          const entries = [
            ...Object.entries(others).filter(([name]) => name !== 'sought'),
            ['sought', value],
          ] as [string, unknown][];
          const text = spaced ? JSON.stringify(value, null, 2) : JSON.stringify(value);
          const body = entries.map(
            ([name, each]) => `${JSON.stringify(name)}: ${name === 'sought' ? text : JSON.stringify(each)}`,
          );
          return rawProperty(`{${body.join(' , ')}}`, 'sought') === text;
        },
      ),
      { numRuns: 300 },
    );
  });
});
