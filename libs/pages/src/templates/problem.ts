/** What is wrong in a file of templates. `file`: from the folder on. */
export interface TemplateProblem {
  file: string;
  /** From 1. */
  line: number;
  problem: string;
}

/** The templates of an operator cannot be used. All that is wrong with them is in the sentence. */
export class TemplateError extends Error {
  constructor(
    directory: string,
    readonly problems: readonly TemplateProblem[],
  ) {
    const lines = problems.map(({ file, line, problem }) => `  ${file}:${line} ${problem}`);
    super(`Countersign cannot start with the templates in ${directory}:\n${lines.join('\n')}`);
    this.name = 'TemplateError';
  }
}

/** Of the place in a text, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
