import { readFileSync } from 'node:fs';

const SHARED = /^#\/components\/(?:examples|parameters|requestBodies|responses)\//;

/** The committed document, with what several operations share put where it is referred to. Schemas stay references. */
export function openApi<Document extends object>(): Document {
  return withoutShared(JSON.parse(readFileSync('openapi.json', 'utf8')) as Document);
}

/** The same of any document. */
export function withoutShared<Document extends object>(document: Document): Document {
  const { components = {}, ...rest } = document as { components?: Record<string, object> };
  const { schemas, securitySchemes } = components as Record<string, object>;
  const kept = Object.fromEntries(Object.entries({ schemas, securitySchemes }).filter(([, value]) => value));
  return { ...(resolved(rest, components) as object), components: kept } as Document;
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
