/**
 * A piece of SQL with what stands in its gaps: other pieces, parts of the statement, and values, which are always bound and never
 * written into the text. It is kept as it was written, so that a statement is put together without building its text anew.
 */
export class Sql {
  constructor(
    readonly strings: readonly string[],
    readonly gaps: readonly unknown[],
  ) {}
}

/** The template tag: `sql\`SELECT ${1}::int\``. */
export function sql(strings: TemplateStringsArray, ...gaps: unknown[]): Sql {
  return new Sql(strings, gaps);
}

const texts = new Map<string, Sql>();

/**
 * A text as it is. Only for what a program chooses among its own words, such as the name of a column: each text is remembered,
 * and nothing of a request may ever be one.
 */
export function raw(text: string): Sql {
  let known = texts.get(text);
  if (!known) texts.set(text, (known = new Sql([text], [])));
  return known;
}

const frames = new Map<string, readonly string[]>();

/** Pieces one after another. */
export function join(pieces: readonly unknown[], separator = ', '): Sql {
  const name = `${pieces.length} ${separator}`;
  let frame = frames.get(name);
  if (!frame) frames.set(name, (frame = ['', ...Array<string>(pieces.length - 1).fill(separator), '']));
  return new Sql(frame, pieces);
}

/** Nothing at all. */
export const empty: Sql = raw('');
