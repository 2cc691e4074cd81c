import { Limits, LIMITS, type Limit } from './limits.js';

const named = (name: string): Limit => ({
  name,
  limit: () => 1,
  windowSeconds: () => 1,
  tracker: () => 'anyone',
});

const namesOn = (carrier: object): string[] =>
  ((Reflect.getMetadata(LIMITS, carrier) ?? []) as Limit[]).map((limit) => limit.name);

@Limits(named('a'))
class Base {
  @Limits(named('m'), named('n'))
  route(): void {}

  free(): void {}
}

@Limits(named('c'))
@Limits(named('b'))
class Derived extends Base {}

describe('Limits', () => {
  it('adds up when several decorators stand on one class, those of its base included', () => {
    expect(namesOn(Derived)).toEqual(['a', 'b', 'c']);
  });

  it('leaves the base class as it was', () => {
    expect(namesOn(Base)).toEqual(['a']);
  });

  it('limits the method it stands on and no other', () => {
    expect(namesOn(Base.prototype.route)).toEqual(['m', 'n']);
    expect(namesOn(Base.prototype.free)).toEqual([]);
  });
});
