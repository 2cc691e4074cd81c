const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A piece of HTML that is safe to put into another. Only `markup` makes one. */
export class Markup {
  constructor(private readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

type Value = string | number | Markup | Markup[];

/** HTML of which every value is escaped, in text and in quoted attributes alike, unless it is `Markup` itself. */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(
    strings.reduce((before, after, index) => before + render(values[index - 1] ?? '') + after),
  );
}

function render(value: Value): string {
  if (value instanceof Markup) return value.toString();
  if (Array.isArray(value)) return value.join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
