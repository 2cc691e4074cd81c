import type { Config } from '@app/config';
import { createLogger } from '../http/logger.js';

/** Says how the start goes: plain lines to a person, log lines where a machine reads. */
export function printer(config: Config): (line: string) => void {
  if (config.log.pretty) return (line) => void process.stdout.write(`${line}\n`);
  const logger = createLogger(config);
  return (line) => logger.info(line.trim());
}
