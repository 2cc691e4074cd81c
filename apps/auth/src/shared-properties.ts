import type { OpenAPIObject } from '@nestjs/swagger';

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, unknown>;
  required?: string[];
  allOf?: Schema[];
}
type Schemas = Record<string, Schema>;

/** Bytes. What is as long as this and said alike in two schemas is inherited; shorter than this, it is alike by chance. */
const INHERITED = 140;

/**
 * Has a schema that has all of another one's properties refer to it (`allOf`), and name what it has beside them: envelopes, and what a
 * class inherits. Whoever follows the references finds what stood there before.
 */
export function shareProperties(document: OpenAPIObject): void {
  const { schemas } = document.components as { schemas?: Schemas };
  if (!schemas) return;
  const bases = Object.entries(schemas).map(([name]) => [name, baseOf(name, schemas)] as const);
  const written = bases.map(([name, base]) => [name, base ? upon(base, schemas, name) : schemas[name]]);
  Object.assign(schemas, Object.fromEntries(written));
}

/** The longest of the others that this schema says word by word. */
function baseOf(name: string, schemas: Schemas): string | undefined {
  const schema = schemas[name];
  if (!schema?.properties) return undefined;
  const candidates = Object.entries(schemas).filter(
    ([other, each]) => other !== name && length(each) >= INHERITED && includes(schema, each),
  );
  return candidates.sort(([, a], [, b]) => length(b) - length(a))[0]?.[0];
}

const length = ({ properties }: Schema) => (properties ? JSON.stringify(properties).length : 0);

/** Whether `schema` has each property of `other`, as it is there and as required, and more than those. */
function includes(schema: Schema, other: Schema): boolean {
  const { properties: own = {}, required = [] } = schema;
  const { properties = {}, required: wanted = [], type, ...rest } = other;
  const names = Object.keys(properties);
  return (
    type === 'object' &&
    Object.keys(rest).length === 0 &&
    names.length < Object.keys(own).length &&
    names.every(
      (name) =>
        JSON.stringify(own[name]) === JSON.stringify(properties[name]) &&
        required.includes(name) === wanted.includes(name),
    )
  );
}

function upon(base: string, schemas: Schemas, name: string): Schema {
  const inherited = Object.keys(schemas[base]?.properties ?? {});
  const { properties = {}, required = [], ...rest } = schemas[name] ?? {};
  const own = Object.entries(properties).filter(([property]) => !inherited.includes(property));
  const wanted = required.filter((property) => !inherited.includes(property));
  const beside = {
    ...rest,
    properties: Object.fromEntries(own),
    ...(wanted.length && { required: wanted }),
  };
  return { allOf: [{ $ref: `#/components/schemas/${base}` }, beside] };
}
