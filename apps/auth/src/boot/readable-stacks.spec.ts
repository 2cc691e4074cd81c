import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inSources } from './readable-stacks.js';

const SOURCE = `
interface Nothing {}

export function fail(): never {
  throw new Error('as intended');
}
`;

describe('a frame of a stack', () => {
  let folder: string;
  let built: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stacks-'));
    built = join(folder, 'built.mjs');
    await writeFile(join(folder, 'failing.ts'), SOURCE);
    const entryPoints = [join(folder, 'failing.ts')];
    await build({ entryPoints, outfile: built, format: 'esm', minify: true, sourcemap: true });
    await writeFile(join(folder, 'broken.mjs.map'), '{"version":3,');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const source = () => relative(process.cwd(), join(folder, 'failing.ts'));

  it('names file, line and column of the source', async () => {
    const column = (await readFile(built, 'utf8')).indexOf('throw') + 1;
    expect(inSources(`fail (${pathToFileURL(built).href}:1:${column})`)).toBe(`fail (${source()}:5:3)`);
  });

  it.each([
    ['of Node itself', 'process.processTicksAndRejections (node:internal/process/task_queues:95:5)'],
    ['of a file without a map', 'f (file:///nowhere/at-all.mjs:1:2)'],
    ['of a file that cannot be', 'f (file://elsewhere/x.mjs:1:2)'],
    ['without a place', 'Array.map (<anonymous>)'],
  ])('stays as it is %s', (_which, frame) => expect(inSources(frame)).toBe(frame));

  it('stays as it is where the map is broken', () => {
    const frame = `f (${pathToFileURL(join(folder, 'broken.mjs')).href}:1:2)`;
    expect(inSources(frame)).toBe(frame);
  });
});
