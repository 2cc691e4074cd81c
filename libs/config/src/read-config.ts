import { z } from 'zod';
import { Config, ConfigError, type ConfigProblem } from './config.js';
import { productionProblems } from './production.js';
import { withSecretFiles } from './secret-files.js';
import { variables } from './variables.js';

/** The raw environment as `Config`; throws one `ConfigError` that lists every problem. An empty variable is absent. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const files = withSecretFiles(environment);
  const known = Object.keys(variables).map((name) => [name, files.given[name]?.trim() || undefined]);
  const given = Object.fromEntries(known) as Record<string, string | undefined>;
  const parsed = z.object(variables).safeParse(given);
  const problems: ConfigProblem[] = (parsed.error?.issues ?? []).map((issue) => ({
    variable: String(issue.path[0]),
    problem: issue.message,
  }));
  problems.push(...files.problems, ...productionProblems(given));
  if (!parsed.success || problems.length) throw new ConfigError(problems);
  return new Config(parsed.data);
}

/** The process's environment, read here and nowhere else. */
export function readEnvironment(): Config {
  return readConfig(process.env);
}
