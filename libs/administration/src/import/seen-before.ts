import { createHash } from 'node:crypto';

const LEAST = 1 << 16;

/**
 * Where in a file something was met first. A table of numbers and not of texts: 48 bits of a digest stand for each, which takes 24 to 48
 * bytes; among a million two differing ones are taken for one with a chance of one in five hundred, and then a check says one too many.
 */
export class SeenBefore {
  private keys = new Float64Array(LEAST);
  private lines = new Uint32Array(LEAST);
  private count = 0;

  /** The line of it, if it was met. */
  lineOf(mark: string): number | undefined {
    const place = this.placeOf(keyOf(mark));
    return this.keys[place] === 0 ? undefined : this.lines[place];
  }

  add(mark: string, line: number): void {
    if (this.count * 2 >= this.keys.length) this.grow();
    const key = keyOf(mark);
    const place = this.placeOf(key);
    if (this.keys[place] === 0) this.put(place, key, line);
  }

  private placeOf(key: number): number {
    const mask = this.keys.length - 1;
    let place = key % this.keys.length;
    while (this.keys[place] !== 0 && this.keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  private put(place: number, key: number, line: number): void {
    this.keys[place] = key;
    this.lines[place] = line;
    this.count += 1;
  }

  private grow(): void {
    const { keys, lines } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.lines = new Uint32Array(keys.length * 2);
    this.count = 0;
    keys.forEach((key, at) => {
      if (key !== 0) this.put(this.placeOf(key), key, lines[at] ?? 0);
    });
  }
}

/** Never 0, which stands for nothing. */
const keyOf = (mark: string): number => createHash('sha256').update(mark).digest().readUIntBE(0, 6) + 1;
