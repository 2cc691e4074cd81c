import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KeyRing } from '@app/kernel';
import type { Config } from './config.js';

/**
 * The configured key ring; in development, where none is configured, one made on the first start and kept in
 * `DATA_DIR/keys`, so that a restart ends no session. Created exclusively: two first starts agree on one.
 */
export function loadKeyRing(config: Config): KeyRing {
  if (config.keys) return KeyRing.parse(config.keys);
  const file = join(config.database.dataDir, 'keys');
  mkdirSync(config.database.dataDir, { recursive: true });
  try {
    writeFileSync(file, `${KeyRing.generateEntry('dev1')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return KeyRing.parse(readFileSync(file, 'utf8').trim());
}
