import { readFileSync } from 'node:fs';

const SHARED = /^#\/components\/(?:examples|headers|parameters|requestBodies|responses)\//;

/** The committed documents: for clients, and for an operator's programs. */
export const DOCUMENTS = ['openapi.json', 'openapi.admin.json'] as const;

/** A committed document, with what several operations share put where it is referred to. Schemas stay references. */
export function openApi<Document extends object>(
  file: (typeof DOCUMENTS)[number] = 'openapi.json',
): Document {
  return withoutShared(JSON.parse(readFileSync(file, 'utf8')) as Document);
}

/** All of them as one: no two have a path or the name of a schema in common. */
export function everyCall<Document extends object>(): Document {
  const [whole, ...others] = DOCUMENTS.map((file) =>
    openApi<{ paths: object; components: { schemas: object } }>(file),
  );
  if (!whole) throw new Error('there is no document');
  for (const { paths, components } of others) {
    Object.assign(whole.paths, paths);
    Object.assign(whole.components.schemas, components.schemas);
  }
  return whole as unknown as Document;
}

/** The same of any document. */
export function withoutShared<Document extends object>(document: Document): Document {
  const { components = {}, ...rest } = document as { components?: Record<string, object> };
  const { schemas, securitySchemes } = components as Record<string, object>;
  const whole =
    schemas && Object.fromEntries(Object.keys(schemas).map((name) => [name, wholeOf(name, schemas)]));
  const kept = Object.fromEntries(
    Object.entries({ schemas: whole, securitySchemes }).filter(([, value]) => value),
  );
  return { ...(resolved(rest, components) as object), components: kept } as Document;
}

interface Schema {
  $ref?: string;
  properties?: object;
  required?: string[];
  allOf?: Schema[];
}

/** A schema with what it has of another one. */
function wholeOf(name: string, schemas: object): Schema {
  const schema = (schemas as Record<string, Schema>)[name] ?? {};
  const [base, own] = schema.allOf ?? [];
  if (!base?.$ref || !own) return schema;
  const { properties, required = [] } = wholeOf(base.$ref.split('/').at(-1) ?? '', schemas);
  return {
    ...own,
    properties: { ...properties, ...own.properties },
    required: [...required, ...(own.required ?? [])],
  };
}

function resolved(value: unknown, components: object): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, components));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { $ref?: unknown };
  if (typeof $ref === 'string' && SHARED.test($ref)) {
    const [, , kind = '', name = ''] = $ref.split('/');
    return resolved((components as Record<string, Record<string, unknown>>)[kind]?.[name], components);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, components)]));
}
