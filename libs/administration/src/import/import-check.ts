import type { LookedAt, Taken } from '@app/accounts';
import { marksOf, type Batch } from './batch.js';
import { takenWords, type Finding, type ImportProgress } from './import-progress.js';
import { SeenBefore } from './seen-before.js';

export type ImportCounts = Pick<ImportProgress, 'line' | 'created' | 'present' | 'doubled' | 'refused'>;

/** What would come of a file whose people are not made: doubles are known by what was met before, and not by their accounts. */
export class ImportCheck {
  readonly counts: ImportCounts = { line: 0, created: 0, present: 0, doubled: 0, refused: 0 };
  private readonly seen = new SeenBefore();

  /** The findings of a batch, in the order of lines. */
  judge(batch: Batch, looked: LookedAt[]): Finding[] {
    const findings = [...batch.findings];
    const looks = new Map(looked.map((look) => [look.line, look]));
    for (const person of batch.people) {
      const { known = null, taken = null } = looks.get(person.line) ?? {};
      const { line } = person;
      const marks = marksOf(person);
      const double = this.doubleOf(marks);
      if (known !== null) this.counts.present += 1;
      else if (double?.what === 'doubled') findings.push({ line, ...double });
      else if (taken) findings.push({ line, what: 'refused', reason: takenWords(taken) });
      else if (double) findings.push({ line, ...double });
      else {
        this.counts.created += 1;
        for (const [mark] of marks) this.seen.add(mark, line);
      }
    }
    for (const { what } of findings) this.counts[what] += 1;
    this.counts.line = batch.line;
    return findings.sort((one, other) => one.line - other.line);
  }

  private doubleOf(marks: [mark: string, what: string][]): Omit<Finding, 'line'> | undefined {
    for (const [mark, what] of marks) {
      const first = this.seen.lineOf(mark);
      if (first === undefined) continue;
      if (what === 'person' || what === 'uuid')
        return { what: 'doubled', reason: `the person of line ${first}` };
      return { what: 'refused', reason: takenWords(what as Taken) };
    }
    return undefined;
  }
}
