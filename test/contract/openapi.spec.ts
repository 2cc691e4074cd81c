import { readFileSync } from 'node:fs';

interface Content {
  schema?: { $ref?: string; type?: string };
  example?: unknown;
  examples?: object;
}
interface Operation {
  summary?: string;
  operationId: string;
  tags?: string[];
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

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
);

describe('openapi.json', () => {
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
        if (status === '302' || status === '303') continue;
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
