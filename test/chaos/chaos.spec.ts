import { mkdirSync, writeFileSync } from 'node:fs';
import { Child, ensureBuilt } from '../support/child.js';
import { CHECKS } from './checks/index.js';
import type { Evidence, Finding } from './journal.js';
import { Run } from './run.js';
import { findings, tableOf } from './table.js';

const seconds = Number(process.env['COUNTERSIGN_CHAOS_SECONDS'] || 30);
const seed = Number(process.env['COUNTERSIGN_CHAOS_SEED'] || Date.now() % 1_000_000);
/** What starts, restarts and is waited for at the end takes seconds; on a machine that is busy with other things, many. */
const PATIENCE_SECONDS = 1800;

describe(`${seconds} s of faults under seed ${seed}`, () => {
  let evidence: Evidence;
  let found: Record<string, Finding>;

  beforeAll(
    async () => {
      await ensureBuilt();
      const begun = Date.now();
      const note = (line: string) =>
        process.stderr.write(`${((Date.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
      note(`Seed ${seed}`);
      evidence = await Run.play({ seconds, seed, note });
      found = findings(evidence);
      process.stderr.write(`${tableOf(evidence)}\n`);
      mkdirSync('.chaos', { recursive: true });
      writeFileSync('.chaos/journal.json', JSON.stringify({ seed, seconds, ...evidence }));
    },
    (seconds + PATIENCE_SECONDS) * 1000,
  );
  afterAll(() => Child.endAll());

  it.each(['navixy', 'docspace', 'wacht', 'yat', 'dfns'])('people of %s have been signed in', (protocol) => {
    const begun = evidence.facts.filter((fact) => fact.kind === 'begun' && fact.session.startsWith(protocol));
    expect(begun.length).toBeGreaterThan(0);
  });

  it.each(Object.keys(CHECKS))('%s', (name) => {
    expect(found[name]?.violations).toEqual([]);
    // A check that has looked at nothing proves nothing.
    expect(found[name]?.looked).toBeGreaterThan(0);
  });
});
