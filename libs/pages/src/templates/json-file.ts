import { lineAt } from './problem.js';

export type Found = { line: number; problem: string }[];

/** A file of names and values: what it holds, and where each name stands in it. */
export interface JsonFile {
  values: Readonly<Record<string, unknown>>;
  lineOf(name: string): number;
}

/** Reads one object. What is wrong is told to `found`; then there may be nothing in it. */
export function readJson(text: string, found: Found): JsonFile {
  const lineOf = (name: string) => lineAt(text, Math.max(0, text.indexOf(`${JSON.stringify(name)}`)));
  const values = parsed(text, found);
  for (const name of Object.keys(values)) {
    const times = text.split(`${JSON.stringify(name)}:`).length - 1;
    if (times > 1) found.push({ line: lineOf(name), problem: `${name} stands in it ${times} times` });
  }
  return { values, lineOf };
}

function parsed(text: string, found: Found): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Record<string, unknown>;
    found.push({ line: 1, problem: 'has to be one JSON object: {"name": "…"}' });
  } catch (error) {
    found.push({ line: lineOfError(text, error as Error), problem: 'is not JSON from this line on' });
  }
  return {};
}

/** Where there is no place in the message, the text ended too early. */
function lineOfError(text: string, { message }: Error): number {
  const place = /at position (\d+)/.exec(message)?.[1];
  return lineAt(text, place === undefined ? text.trimEnd().length : Number(place));
}
