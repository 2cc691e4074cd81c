import { everyCall } from './openapi.js';

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  example?: unknown;
  maxLength?: number;
}
interface Operation {
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** A place in a body, from its top on. */
export type Place = string[];

/** One call as its document has it. */
export interface DocumentedCall {
  method: string;
  path: string;
  protocol: string;
  /** Where its credential goes; undefined for a call that needs none. */
  credential: string | undefined;
  parameters: { in: string; name: string }[];
  /** The types that its body may have; none for a call without one. */
  types: string[];
  /** Bodies that the call reads to their end: one, and one more for each other value of a choice in it. */
  bodies: object[];
  fields: Field[];
}

/** A property of a body, nested ones too. */
export interface Field {
  place: Place;
  /** As long as a text may be there, where that is limited. */
  maxLength: number | undefined;
  /** Whether no call before has this property of this very schema. */
  isNew: boolean;
}

const document = everyCall<{
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}>();

export function documentedCalls(): DocumentedCall[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => callOf(method.toUpperCase(), path, operation)),
  );
}

function callOf(method: string, path: string, operation: Operation): DocumentedCall {
  const { tags = [], security = [], parameters = [], requestBody } = operation;
  const content = Object.entries(requestBody?.content ?? {});
  const schema = content[0]?.[1].schema;
  return {
    method,
    path,
    protocol: tags[0] as string,
    credential: Object.keys(security[0] ?? {})[0],
    parameters,
    types: content.map(([type]) => type),
    bodies: schema ? bodiesOf(schema) : [],
    fields: schema ? fieldsOf(schema, []) : [],
  };
}

function resolved(schema: Schema): Schema {
  const { $ref, allOf } = schema;
  if ($ref) return resolved(document.components.schemas[$ref.split('/').at(-1) as string] as Schema);
  return allOf?.[0] ? { ...resolved(allOf[0]), ...schema } : schema;
}

const seen = new Set<Schema>();

function fieldsOf(schema: Schema, place: Place): Field[] {
  return Object.entries(resolved(schema).properties ?? {}).flatMap(([name, property]) => {
    const field = {
      place: [...place, name],
      maxLength: resolved(property).maxLength,
      isNew: !seen.has(property),
    };
    seen.add(property);
    return [field, ...fieldsOf(property, field.place)];
  });
}

function bodiesOf(schema: Schema): object[] {
  const body = exampleOf(schema, 0) as object;
  const choices = Math.max(...choicesIn(schema));
  return Array.from({ length: choices }, (_, choice) =>
    choice ? (exampleOf(schema, choice) as object) : body,
  );
}

function choicesIn(schema: Schema): number[] {
  const { properties = {}, enum: values = [] } = resolved(schema);
  return [1, values.length, ...Object.values(properties).flatMap(choicesIn)];
}

/** A value of this kind; of a choice, the one of this number. */
function exampleOf(schema: Schema, choice: number): unknown {
  const { properties, enum: values, example, type } = resolved(schema);
  if (values) return values[choice % values.length];
  if (example !== undefined) return example;
  if (type === 'boolean') return false;
  if (!properties) return type === 'string' ? 'eA' : undefined;
  const { required = [] } = resolved(schema);
  const told = Object.entries(properties).filter(
    ([name, property]) => required.includes(name) || isTold(resolved(property)),
  );
  return Object.fromEntries(told.map(([name, property]) => [name, exampleOf(property, choice)]));
}

const isTold = ({ example, enum: values, properties }: Schema) =>
  example !== undefined || Boolean(values ?? properties);
