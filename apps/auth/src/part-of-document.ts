import type { OpenAPIObject } from '@nestjs/swagger';

const ADMIN = '/admin/';
const SCHEMA = /"#\/components\/schemas\/([^"]+)"/g;

/** For whom a document is: clients of the five protocols and services behind this one, or an operator's programs. */
export type Readers = 'clients' | 'operators';

/**
 * The calls that these readers make, with what those name. Clients keep what nobody names beside it: what answers have in common is written
 * once and named later.
 */
export function partOf(document: OpenAPIObject, readers: Readers): OpenAPIObject {
  const isTheirs = (path: string) => path.startsWith(ADMIN) === (readers === 'operators');
  const paths = only(document.paths, isTheirs);
  const { schemas = {}, securitySchemes = {} } = document.components ?? {};
  const named = namedIn(JSON.stringify(paths), schemas);
  const others = namedIn(JSON.stringify(only(document.paths, (path) => !isTheirs(path))), schemas);
  const text = JSON.stringify(Object.values(paths).flatMap((path) => Object.values(path).map(securityOf)));
  return {
    ...document,
    paths,
    components: {
      ...document.components,
      schemas: only(schemas, (name) => named.has(name) || (readers === 'clients' && !others.has(name))),
      securitySchemes: only(securitySchemes, (name) => text.includes(`"${name}"`)),
    },
  };
}

/** Those that a text names, and those that they name. */
function namedIn(text: string, schemas: Record<string, object>, named = new Set<string>()): Set<string> {
  for (const [, name = ''] of text.matchAll(SCHEMA)) {
    if (named.has(name)) continue;
    named.add(name);
    namedIn(JSON.stringify(schemas[name] ?? {}), schemas, named);
  }
  return named;
}

const securityOf = (operation: unknown): unknown => (operation as { security?: unknown }).security ?? [];

function only<Value>(all: Record<string, Value>, keeps: (name: string) => boolean): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => keeps(name)));
}
