import { SECRETS } from './secret-files.js';
import { variables } from './variables.js';

/** The text of `.env.example`: every variable with its sentence and its default, made from the table itself. */
export function envExample(): string {
  const lines = Object.entries(variables).map(([name, reader]) => {
    const fallback = reader.safeParse(undefined);
    const given = reader.type === 'pipe' && fallback.success ? defaultText(reader) : '';
    return `# ${reader.description}\n#${name}=${given}\n`;
  });
  return `# Every variable Countersign reads, with its default. Times are in seconds where their names do not say days.\n# ${SECRETS.join(', ')}: each may stand in a file instead, which <name>_FILE names.\n\n${lines.join('\n')}`;
}

function defaultText(reader: unknown): string {
  const { in: input } = (reader as { def: { in: { def: { defaultValue?: string } } } }).def;
  return input.def.defaultValue ?? '';
}
