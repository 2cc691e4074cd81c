/** What a command answers: lines to a person, and with `--json` one object. Never a secret that is not the answer itself. */
export interface Answer {
  lines: string[];
  json: object;
  /** Of a command that has answered; 0 when absent. */
  exitCode?: number;
  /** What becomes of an answer that could not be written; says it in a sentence. Otherwise it stands that what was asked for is done. */
  unwritten?: () => Promise<string>;
}

/** `label  value`, the labels as wide as the widest. */
export function table(rows: [label: string, value: string | null][]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value ?? '–'}`);
}
