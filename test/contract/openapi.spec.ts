import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { shareComponents } from '../../apps/auth/src/shared-components.js';
import { isServiceScope } from '@app/service-keys';
import { DOCUMENTS, openApi, withoutShared } from '../support/openapi.js';

interface Content {
  schema?: { $ref?: string; type?: string };
  example?: unknown;
  examples?: object;
}
interface Operation {
  summary?: string;
  operationId: string;
  tags?: string[];
  'x-required-scope'?: string;
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { description: string; content?: Record<string, Content> }>;
}
interface Property {
  example?: unknown;
  $ref?: string;
  allOf?: unknown;
  enum?: unknown;
  type?: string;
}
interface Schema {
  required?: string[];
  properties?: Record<
    string,
    { example?: unknown; $ref?: string; allOf?: unknown; enum?: unknown; type?: string }
  >;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

describe.each(DOCUMENTS)('%s', (file) => {
  const text = readFileSync(file, 'utf8');
  const committed = JSON.parse(text) as OpenAPIObject;
  const document = openApi<Document>(file);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );

  it('has the calls of its readers alone, and of the administration each names its scope', () => {
    const isForOperators = file === 'openapi.admin.json';
    for (const [path, methods] of Object.entries(document.paths)) {
      expect([path, path.startsWith('/admin/')]).toEqual([path, isForOperators]);
      for (const { 'x-required-scope': scope } of Object.values(methods))
        expect([path, isServiceScope(String(scope))]).toEqual([path, isForOperators]);
    }
  });

  it('is small enough for a browser to read at once', () => {
    expect(text.length).toBeLessThan(250_000);
  });

  it('refers to nothing that is not there, and has nothing there that nobody refers to', () => {
    const referred = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, place]) => place),
    );
    const there = Object.entries(committed.components ?? {}).flatMap(([kind, things]) =>
      Object.keys(things).map((name) => `${kind}/${name}`),
    );
    expect([...referred].filter((place) => !there.includes(place ?? ''))).toEqual([]);
    const shared = there.filter((place) => !/^(?:schemas|securitySchemes)\//.test(place));
    expect(shared.filter((place) => !referred.has(place))).toEqual([]);
  });

  it('says what it said before it was shared, and all that can be shared is', () => {
    const unshared = withoutShared(committed);
    const shared = structuredClone(unshared);
    shareComponents(shared);
    expect(withoutShared(shared)).toEqual(unshared);
    expect(shared).toEqual(committed);
  });

  it('has no example of a refusal in an operation', () => {
    expect(JSON.stringify(committed.paths)).not.toMatch(/"examples":\{"[^"]+":\{"(?:summary|value)"/);
  });

  it('names each operation once', () => {
    const ids = operations.map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  describe.each(operations)('%s', (_, { summary, tags, requestBody, responses }) => {
    it('has a summary of one line and a tag', () => {
      expect(summary).toMatch(/^.{3,}$/);
      expect(tags).toHaveLength(1);
    });

    it('has a schema for every answer that has a body', () => {
      for (const [status, { content }] of Object.entries(responses)) {
        if (['204', '302', '303'].includes(status)) continue;
        const schemas = Object.values(content ?? {}).map((each) => each.schema);
        expect([status, schemas.length > 0 && schemas.every(Boolean)]).toEqual([status, true]);
      }
    });

    it('has an example, or examples of everything required, for what is sent', () => {
      for (const { schema, example, examples } of Object.values(requestBody?.content ?? {})) {
        if (example !== undefined || examples) continue;
        const name = schema?.$ref?.split('/').at(-1) ?? '';
        const { properties = {}, required = [] } = document.components.schemas[name] ?? {};
        const bare = required.filter((property) => !isShown(properties[property] ?? {}));
        expect([name, bare]).toEqual([name, []]);
      }
    });
  });
});

/** Whether the explorer can show something sensible for a property. */
function isShown({ example, $ref, allOf, enum: values, type }: Property): boolean {
  return example !== undefined || Boolean($ref ?? allOf ?? values) || type === 'boolean' || type === 'array';
}
