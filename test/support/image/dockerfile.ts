import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Copy, type Instruction } from 'dockerfile-ast';
import { ROOT } from '../child.js';

export type Step = { run: string } | { copy: string[]; to: string; from: string | undefined };

export interface Stage {
  name: string | undefined;
  environment: Record<string, string>;
  user: string;
  steps: Step[];
  /** Program and arguments. */
  command: string[];
  healthcheck: string[];
}

/** Each stage works in one folder, and nothing is published where no network is made. */
const WITHOUT_EFFECT = ['WORKDIR', 'EXPOSE'];

/** The stages of the Dockerfile, by the parser that editors use; what it does not know how to step through is an error. */
export function readStages(): Stage[] {
  const stages: Stage[] = [];
  for (const instruction of DockerfileParser.parse(
    readFileSync(join(ROOT, 'Dockerfile'), 'utf8'),
  ).getInstructions()) {
    const content = instruction.getArgumentsContent() ?? '';
    if (instruction.getKeyword() === 'FROM') stages.push(newStage(/ AS (\w+)$/.exec(content)?.[1]));
    const stage = stages.at(-1);
    if (stage) take(stage, instruction, content);
  }
  return stages;
}

function newStage(name: string | undefined): Stage {
  return { name, environment: {}, user: 'root', steps: [], command: [], healthcheck: [] };
}

function take(stage: Stage, instruction: Instruction, content: string): void {
  const keyword = instruction.getKeyword();
  if (keyword === 'RUN') stage.steps.push({ run: content });
  else if (keyword === 'COPY') stage.steps.push(copyOf(instruction as Copy, content));
  else if (keyword === 'ENV') Object.assign(stage.environment, variablesIn(content));
  else if (keyword === 'USER') stage.user = content;
  else if (keyword === 'CMD') stage.command = JSON.parse(content) as string[];
  else if (keyword === 'HEALTHCHECK')
    stage.healthcheck = JSON.parse(content.slice(content.indexOf('['))) as string[];
  else if (keyword !== 'FROM' && !WITHOUT_EFFECT.includes(keyword))
    throw new Error(`Nothing here steps through ${keyword}.`);
}

function copyOf(instruction: Copy, content: string): Step {
  const words = content.split(/\s+/);
  return {
    copy: words.slice(0, -1),
    to: words.at(-1) ?? '',
    from: instruction.getFromFlag()?.getValue() ?? undefined,
  };
}

function variablesIn(content: string): Record<string, string> {
  const pairs = content.split(/\s+/).map((pair) => /^(\w+)=(.*)$/.exec(pair) ?? []);
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}
