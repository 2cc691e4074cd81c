import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/** The call that the protocol's owner has published a description of. */
export const PUBLISHED_PATH = '/auth/recover/user/code';

interface Body {
  content: { 'application/json': { schema: object } };
}

interface Document {
  paths: { [PUBLISHED_PATH]: { post: { requestBody: Body; responses: { '200': Body } } } };
}

const file = join(import.meta.dirname, '..', 'contract', 'fixtures', 'dfns-openapi.json');
const operation = (JSON.parse(readFileSync(file, 'utf8')) as Document).paths[PUBLISHED_PATH].post;
// `example` is OpenAPI's, and says nothing about validity.
const ajv = new Ajv({ allErrors: true, keywords: ['example'] });
const validatorOf = (body: Body): ValidateFunction => ajv.compile(body.content['application/json'].schema);

/** Whether a body is one that the published description allows. */
export const isPublishedRequest = validatorOf(operation.requestBody);
export const isPublishedResponse = validatorOf(operation.responses['200']);
