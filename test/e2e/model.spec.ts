import type { Stage } from '../support/model/play.js';
import { openStage, runs } from '../support/model/runs.js';

/** Each has a service, a database and a clock of its own: while one waits for Postgres, another does not. */
const STAGES = 2;
const { COUNTERSIGN_MODEL_RUNS: ASKED, COUNTERSIGN_MODEL_SEED: SEED } = process.env;
const RUNS = Number(ASKED ?? 500);
/** So many that whatever can be used has been taken once, or never will be. */
const MANY = 500;

/** `npm run test:model`: more of them. A failure says its seed: with it as COUNTERSIGN_MODEL_SEED it comes again. */
describe('an account, whatever happens to it', () => {
  const stages: Stage[] = [];
  let played = 0;
  let steps = 0;

  beforeAll(async () => {
    for (let stage = 0; stage < STAGES; stage += 1) stages.push(await openStage());
  }, 120_000);
  afterAll(async () => {
    for (const { app } of stages) await app.stop();
  });

  const count = (taken: number) => {
    played += 1;
    steps += taken;
    if (ASKED && played % 100 === 0) process.stderr.write(`${played} runs, ${steps} steps\n`);
  };

  it(
    'is opened by what docs/security/what-ends-when.md says, and by nothing else',
    async () => {
      const seedOf = (stage: number) => (SEED === undefined ? undefined : Number(SEED) + stage);
      await Promise.all(stages.map((stage, index) => runs(stage, RUNS / STAGES, seedOf(index), count)));
      if (RUNS < MANY || SEED !== undefined) return;
      const answers = stages.flatMap((stage) => [...stage.answers]);
      const names = [...new Set(answers.map(([name]) => name))];
      const everTaken = (name: string) => answers.some(([each, { taken }]) => each === name && taken > 0);
      expect(names.filter((name) => !everTaken(name))).toEqual([]);
    },
    600_000 + RUNS * 2_000,
  );
});
