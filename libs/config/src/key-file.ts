import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyRing } from '@app/kernel';
import type { Config } from './config.js';

/**
 * The configured key ring; in development, where none is configured, one made on the first start and kept in
 * `DATA_DIR/keys`, so that a restart ends no session. Any number of first starts at once agree on one.
 */
export function loadKeyRing(config: Config): KeyRing {
  if (config.keys) return KeyRing.parse(config.keys);
  const file = join(config.database.dataDir, 'keys');
  mkdirSync(config.database.dataDir, { recursive: true });
  return KeyRing.parse(readOrMake(file).trim());
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // A link appears with all of its content, and only where there is none: nobody reads half a ring.
  const own = `${file}-${randomUUID()}`;
  writeFileSync(own, `${KeyRing.generateEntry('dev1')}\n`, { mode: 0o600 });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own);
  }
  return readFileSync(file, 'utf8');
}
