import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '@app/database';

/** What `npm run release:freeze` has kept of each release. */
const FOLDER = 'test/integration/releases';

export interface FrozenRelease {
  version: string;
  lastMigration: string;
  folder: string;
}

const inOrder = new Intl.Collator('en', { numeric: true }).compare;

/** The newest release whose schema is not this one's: its replicas run while this one is rolled out. */
export function previousRelease(): FrozenRelease {
  const newest = migrations.map((migration) => new migration().name).at(-1);
  const releases = readdirSync(FOLDER)
    .sort(inOrder)
    .map((version) => ({ ...read(join(FOLDER, version)), folder: join(FOLDER, version) }));
  const previous = releases.filter(({ lastMigration }) => lastMigration !== newest).at(-1);
  if (!previous) throw new Error(`${FOLDER} has no release of another schema.`);
  return previous;
}

const read = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as Omit<FrozenRelease, 'folder'>;
