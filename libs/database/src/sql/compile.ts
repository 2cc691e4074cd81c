import { createHash } from 'node:crypto';
import { currentBuilder } from './builder.js';
import { Part, type Tally } from './part.js';
import { Sql } from './sql.js';
import { Statement } from './statement.js';
import { withTallies, type TalliedPart } from './tallies.js';

/** A statement as the driver takes it. */
export interface Compiled {
  /** Of the prepared statement: the same for the same text. */
  name: string;
  text: string;
  /** Who builds it. */
  builder: string;
  values: unknown[];
  /** Of the parts that announce something. */
  signals: string[];
  /** Whether the answer has counts of its parts, see `withTallies`. */
  isTallied: boolean;
}

export type Query<Row extends object = object> = Statement<Row> | Part<Row> | Sql;

type Prepared = Pick<Compiled, 'name' | 'text' | 'builder'>;

/** Where a step through a statement leads: to the next one, and at the end to the text. */
interface Step {
  next: Map<unknown, Step>;
  prepared?: Prepared;
}

const start: Step = { next: new Map() };
const VALUE = Symbol('value');
const BEGIN = Symbol('begin');
const END = Symbol('end');

/**
 * The text of each statement is built once. Its shape is the sequence of templates that it is made of, and each template of the
 * program is one object: a walk over them finds the text of the shape, and collects the values on its way.
 */
export function compile(query: Query): Compiled {
  const walk = new Walk(query);
  walk.step.prepared ??= prepare(new Walk(query, []));
  const { values, signals, tallied } = walk;
  return { ...walk.step.prepared, values, signals, isTallied: tallied.length > 0 };
}

function prepare({ texts }: Walk): Prepared {
  const text = (texts as string[]).join('');
  const name = createHash('sha256').update(text).digest('hex').slice(0, 24);
  return { name, text, builder: currentBuilder() };
}

/** A walk over everything that a query is made of, in one order: the parts as they are needed, then the answer. */
class Walk {
  readonly values: unknown[] = [];
  readonly signals: string[] = [];
  readonly tallied: TalliedPart[] = [];
  step = start;
  private readonly names = new Map<Part, string>();
  private readonly taken = new Map<string, number>();
  private begun = false;

  /** `texts`: collects the text; without it, only the shape is followed. */
  constructor(
    query: Query,
    readonly texts?: string[],
  ) {
    const { answer, effects } = asStatement(query);
    const body = new Draft(texts !== undefined);
    this.visit(answer, body);
    for (const effect of effects) this.require(effect);
    this.texts?.push(this.names.size ? '\n' : '');
    const [before, after] = withTallies(this.tallied);
    this.texts?.push(before);
    this.write(body);
    this.texts?.push(after);
  }

  /** Writes the part down, and before it what it needs, unless that has been done. */
  private require(part: Part): string {
    const known = this.names.get(part);
    if (known) return known;
    const name = this.free(part.label);
    this.names.set(part, name);
    this.follow(BEGIN);
    this.follow(name);
    const body = new Draft(this.texts !== undefined);
    this.visit(part.body, body);
    this.follow(END);
    if (part.signal) this.signals.push(part.signal);
    if (part.tally) this.addTally(name, part.tally);
    this.texts?.push(this.begun ? ',\n' : 'WITH ', name, ' AS (');
    this.begun = true;
    this.write(body);
    this.texts?.push(')');
    return name;
  }

  private addTally(name: string, tally: Tally): void {
    this.follow(tally);
    this.tallied.push({ name, tally });
  }

  private visit({ strings, gaps }: Sql, into: Draft): void {
    this.follow(strings);
    for (let i = 0; i < gaps.length; i += 1) {
      const gap = gaps[i];
      into.text(strings[i] as string);
      if (gap instanceof Sql) this.visit(gap, into);
      else if (gap instanceof Part) into.text(this.reference(gap));
      else {
        this.follow(VALUE);
        into.value(gap);
      }
    }
    into.text(strings[gaps.length] as string);
  }

  private reference(part: Part): string {
    const name = this.require(part);
    this.follow(name);
    return name;
  }

  private write({ pieces, values }: Draft): void {
    const before = this.values.length;
    for (const piece of pieces ?? [])
      this.texts?.push(typeof piece === 'number' ? `$${before + piece}` : piece);
    this.values.push(...values);
  }

  private follow(token: unknown): void {
    const { next } = this.step;
    let step = next.get(token);
    if (!step) next.set(token, (step = { next: new Map() }));
    this.step = step;
  }

  private free(label: string): string {
    const count = (this.taken.get(label) ?? 0) + 1;
    this.taken.set(label, count);
    return count === 1 ? label : this.free(`${label}_${count}`);
  }
}

/** A part alone is what it says; nothing has to be named. */
function asStatement(query: Query): Statement {
  if (query instanceof Statement) return query;
  return new Statement(query instanceof Part ? query.body : query, []);
}

/** The text of one part while what it needs is written before it: values are numbered when it is its turn. */
class Draft {
  readonly values: unknown[] = [];
  readonly pieces: (string | number)[] | undefined;

  constructor(keepsText: boolean) {
    this.pieces = keepsText ? [] : undefined;
  }

  text(piece: string): void {
    this.pieces?.push(piece);
  }

  value(value: unknown): void {
    const number = this.values.push(value);
    this.pieces?.push(number);
  }
}
