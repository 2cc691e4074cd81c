import { Ajv, type ValidateFunction } from 'ajv';
import * as addFormats from 'ajv-formats';
import { everyCall } from './openapi.js';

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

export interface ServedAnswer {
  method: string;
  /** As sent, without host and query. */
  path: string;
  status: number;
  body: unknown;
}

const document = JSON.parse(JSON.stringify(everyCall()), closeObjects) as Document;
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default.default(ajv);
ajv.addSchema(document, 'openapi');
const validators = new Map<string, ValidateFunction>();
const templates = Object.keys(document.paths).map((template) => ({ template, pattern: patternOf(template) }));

/**
 * Fails unless the committed OpenAPI document describes this answer: its status, and every field of its body. A path that
 * the document does not know is not its business.
 */
export function expectDocumented({ method, path, status, body }: ServedAnswer): void {
  const template = templates.find(({ pattern }) => pattern.test(path))?.template;
  const operation = template && document.paths[template]?.[method.toLowerCase()];
  if (!template || !operation) return;
  const response = operation.responses[status];
  if (!response)
    throw new Error(`${method} ${template} answered ${status}, which openapi.json does not list`);
  const types = Object.keys(response.content ?? {});
  // Where one answer goes by several names, each has the same schema.
  const type = types.find((each) => each === 'application/json') ?? types[0];
  if (!type) return;
  const validate = validatorOf(
    `${pointer(template)}/${method.toLowerCase()}/responses/${status}/content/${pointer(type)}/schema`,
  );
  if (validate(body)) return;
  throw new Error(
    `${method} ${template} ${status} is not what openapi.json says: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
  );
}

function validatorOf(place: string): ValidateFunction {
  let validate = validators.get(place);
  if (!validate) validators.set(place, (validate = ajv.compile({ $ref: `openapi#/paths/${place}` })));
  return validate;
}

function patternOf(template: string): RegExp {
  const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${pattern}/?$`, 'i');
}

function pointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** A field that the document does not name is a field that no client was told of. */
function closeObjects(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const schema = value as { type?: string; properties?: object; allOf?: unknown };
  return schema.type === 'object' && schema.properties && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : value;
}
