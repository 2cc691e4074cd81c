import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { count, OperatorError } from '@app/administration';
import type { Config } from '@app/config';
import { previews, siteOf, type Preview } from '@app/delivery';
import { layout, LOGO_CID, markup, readTemplates, Speeches, TemplateError, type Templates } from '@app/pages';
import { Option, type Command } from 'commander';
import type { Answer } from './answer.js';
import { language, reference } from './arguments.js';
import { example } from './example.js';
import type { Shell } from './shell.js';
import { requireSpoken } from './spoken-language.js';

interface Asked {
  language: string;
  org?: string;
  out: string;
}

/** For whoever writes words and a look of their own. Neither command needs a database. */
export function templateCommands(program: Command, shell: Shell): void {
  const group = program
    .command('template')
    .description('check the templates in TEMPLATES_DIR, and look at what they make');
  group
    .command('check')
    .description(
      'look for all that would keep the service from starting; ends with 3 where there is something',
    )
    .addHelpText('after', example('template check'))
    .action(async () => shell.answer(checkView(shell.readConfig())));
  group
    .command('preview')
    .description('write every message, and a page, with made-up facts to files')
    .addOption(new Option('--language <tag>', 'language').argParser(language).default('en'))
    .addOption(new Option('--org <id>', 'as an organisation sees it').argParser(reference))
    .addOption(new Option('--out <folder>', 'where the files go').default('template-preview'))
    .addHelpText('after', example('template preview --language de --out /tmp/preview'))
    .action(async (asked: Asked) => shell.answer(await preview(shell.readConfig(), asked)));
}

function checkView({ templatesDir }: Config): Answer {
  if (templatesDir === undefined)
    return {
      lines: ['TEMPLATES_DIR is not set: all words are those of the service.'],
      json: { files: 0, problems: [] },
    };
  try {
    const { files } = readTemplates(templatesDir);
    return { lines: [`${count(files, 'file')}, nothing wrong.`], json: { files, problems: [] } };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { problems } = error;
    const lines = problems.map(({ file, line, problem }) => `${file}:${line} ${problem}`);
    return { lines, json: { problems }, exitCode: 3 };
  }
}

async function preview(config: Config, { language: tag, org, out }: Asked): Promise<Answer> {
  const templates = templatesOf(config);
  const speeches = new Speeches(templates);
  requireSpoken(speeches, tag);
  if (org !== undefined && !templates?.organisations.has(org))
    throw new OperatorError(`TEMPLATES_DIR has no folder ${org}: that organisation sees what all see.`);
  const speech = await speeches.of(tag, org);
  const made = previews(speech, siteOf(config));
  await mkdir(out, { recursive: true });
  for (const message of made) await writeMessage(out, message);
  const page = layout(
    speech,
    speech.say('step.sign_in'),
    markup`<p>${speech.say('step.mailed')}</p>
<form><label>${speech.say('step.code_field')} <input dir="ltr"></label><button>${speech.say('step.next')}</button></form>`,
  );
  await writeFile(join(out, 'page.html'), page.html);
  return {
    lines: [`${count(made.length, 'message')} and a page are in ${out}.`],
    json: { folder: out, messages: made.map(({ name }) => name) },
  };
}

function templatesOf({ templatesDir }: Config): Templates | undefined {
  try {
    return templatesDir === undefined ? undefined : readTemplates(templatesDir);
  } catch (error) {
    throw new OperatorError((error as Error).message, 'conflict', { cause: error });
  }
}

async function writeMessage(out: string, { name, mail, sms }: Preview): Promise<void> {
  const { logo } = mail;
  const html = logo
    ? mail.html.replaceAll(`cid:${LOGO_CID}`, `data:${logo.type};base64,${logo.content}`)
    : mail.html;
  await writeFile(join(out, `${name}.html`), html);
  await writeFile(join(out, `${name}.txt`), `${mail.subject}\n\n${mail.text}`);
  await writeFile(join(out, `${name}.sms.txt`), `${sms}\n`);
}
