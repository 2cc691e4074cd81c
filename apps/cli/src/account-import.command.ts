import { FORMATS, type Finding, type FormatName, type ImportCounts } from '@app/administration';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { findingView, importView, progressLine } from './account-import.presenter.js';
import { example } from './example.js';
import type { Shell } from './shell.js';

interface Given {
  format: FormatName;
  apply?: true;
  leaveOut: string[];
  hashConfig?: string;
  hashes?: string;
}

/** What `run` answers when something was found. */
const FOUND = 3;

const options = [
  new Option('--format <format>', Object.keys(FORMATS).join(', ')).argParser(format).default('countersign'),
  new Option('--apply', 'bring them along; without it the file is only looked at'),
  new Option(
    '--leave-out <provider>',
    'bring people along without their identities of this provider; as often as needed',
  )
    .argParser((provider: string, others: string[]) => [...others, provider])
    .default([], 'none'),
  new Option(
    '--hash-config <file>',
    'of firebase: the hash parameters of the project, as its console shows them',
  ),
  new Option('--hashes <file>', 'of auth0: its export of password hashes'),
];

export function accountImportCommand(account: Command, shell: Shell): void {
  const command = account
    .command('import')
    .description(
      'bring people along from a file (docs/operations/import.md); says first what would come of it',
    )
    .argument(
      '<file>',
      'people, one on each line (NDJSON), as CSV with a header, or as another system exports them',
    )
    .addHelpText(
      'after',
      example(
        'account import people.ndjson',
        'account import people.ndjson --apply',
        'account import realm.json --format keycloak --apply',
      ),
    );
  for (const option of options) command.addOption(option);
  command.action((path: string, given: Given) => importFrom(path, given, shell));
}

async function importFrom(path: string, { leaveOut, apply, ...given }: Given, shell: Shell): Promise<void> {
  const file = { ...given, path, leftOut: leaveOut };
  const progress = shell.progress();
  const watch = (share: number, counts: ImportCounts) => progress(progressLine(share, counts));
  const say = (finding: Finding) => shell.line(findingView(finding, shell.json));
  await shell.operate(async ({ imports, call }) => {
    if (!apply)
      return importView(await imports.check(call, file, watch, say), { isDone: false, exitCode: FOUND });
    const imported = await imports.import(call, file, watch);
    for await (const finding of imports.findings(imported.id)) await say(finding);
    return importView(imported, { isDone: true, exitCode: FOUND });
  });
}

function format(text: string): FormatName {
  if (Object.hasOwn(FORMATS, text)) return text as FormatName;
  throw new InvalidArgumentError(`has to be one of ${Object.keys(FORMATS).join(', ')}.`);
}
