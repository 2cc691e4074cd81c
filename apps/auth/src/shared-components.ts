import type { OpenAPIObject } from '@nestjs/swagger';
import { shareProperties } from './shared-properties.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Kind = 'examples' | 'headers' | 'parameters' | 'requestBodies' | 'responses';
type Content = Record<string, { examples?: Record<string, Example> }>;
type Example = { summary?: string } & object;

/** What stands in components already, by what it says and by its name there. */
class Shelf {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  readonly things: Record<string, object> = {};

  constructor(private readonly kind: Kind) {}

  /** Names a thing of that shelf. Of two that would have one name the later is numbered. */
  reference(thing: object, wanted: string): { $ref: string } {
    const said = JSON.stringify(thing);
    let name = this.names.get(said);
    if (name === undefined) {
      const count = (this.counts.get(wanted) ?? 0) + 1;
      this.counts.set(wanted, count);
      name = count === 1 ? wanted : `${wanted}.${count}`;
      this.names.set(said, name);
      this.things[name] = thing;
    }
    return { $ref: `#/components/${this.kind}/${name}` };
  }
}

/**
 * Says once, in `components`, what several operations say alike: the examples of refusals, parameters, bodies and answers, and what one schema has of another. What a reader of
 * the document finds at the end of the references is what stood there before; the document is less than half as long.
 */
export function shareComponents(document: OpenAPIObject): void {
  // What decorators said of a class is one object in all its operations.
  document.paths = JSON.parse(JSON.stringify(document.paths)) as OpenAPIObject['paths'];
  shareProperties(document);
  const operations = Object.values(document.paths).flatMap(operationsOf);
  const examples = new Shelf('examples');
  const headers = new Shelf('headers');
  for (const operation of operations) {
    shareExamples(operation, examples);
    shareHeaders(operation, headers);
  }
  const shelves = {
    parameters: new Shelf('parameters'),
    requestBodies: new Shelf('requestBodies'),
    responses: new Shelf('responses'),
  };
  const isRepeated = repeatedAmong(operations);
  for (const operation of operations) shareParts(operation, shelves, isRepeated);
  document.components = {
    ...document.components,
    ...Object.fromEntries(
      Object.entries({ examples, headers, ...shelves }).map(([kind, { things }]) => [kind, things]),
    ),
  };
}

function operationsOf(path: OpenAPIObject['paths'][string]): Operation[] {
  return Object.values(path).filter(
    (each): each is Operation => typeof each === 'object' && 'responses' in each,
  );
}

const tagOf = ({ tags = [] }: Operation) => tags[0] ?? 'all';
const partsOf = ({ parameters = [], requestBody, responses }: Operation): object[] => [
  ...parameters,
  ...(requestBody ? [requestBody] : []),
  ...Object.values(responses).filter((response) => response !== undefined),
];

/** Where an answer goes by several names, what is the same under each stands at the first. */
function shareExamples(operation: Operation, shelf: Shelf): void {
  for (const response of Object.values(operation.responses)) {
    const [first, ...others] = Object.values((response as { content?: Content }).content ?? {});
    const said = JSON.stringify(first?.examples);
    for (const other of others) if (JSON.stringify(other.examples) === said) delete other.examples;
    for (const { examples = {} } of first ? [first, ...others] : [])
      for (const [name, example] of Object.entries(examples))
        examples[name] = shelf.reference(withoutEcho(example), `${tagOf(operation)}.${name}`);
  }
}

/** What an example is called, where that is a sentence in it, stands there already. */
function withoutEcho({ summary, ...example }: Example): Example {
  const isEcho = summary !== undefined && JSON.stringify(example).includes(JSON.stringify(summary));
  return isEcho ? example : { ...(summary !== undefined && { summary }), ...example };
}

function shareHeaders(operation: Operation, shelf: Shelf): void {
  for (const response of Object.values(operation.responses)) {
    const { headers = {} } = response as { headers?: Record<string, object> };
    for (const [name, header] of Object.entries(headers)) headers[name] = shelf.reference(header, name);
  }
}

function repeatedAmong(operations: Operation[]): (part: object) => boolean {
  const counts = new Map<string, number>();
  for (const part of operations.flatMap(partsOf)) {
    const said = JSON.stringify(part);
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  return (part) => (counts.get(JSON.stringify(part)) ?? 0) > 1;
}

function shareParts(
  operation: Operation,
  { parameters, requestBodies, responses }: Record<Exclude<Kind, 'examples' | 'headers'>, Shelf>,
  isRepeated: (part: object) => boolean,
): void {
  if (operation.parameters?.length)
    operation.parameters = operation.parameters.map((parameter) =>
      'name' in parameter && isRepeated(parameter)
        ? parameters.reference(parameter, parameter.name)
        : parameter,
    );
  else delete operation.parameters;
  const { requestBody } = operation;
  if (requestBody && isRepeated(requestBody))
    operation.requestBody = requestBodies.reference(requestBody, tagOf(operation));
  for (const [status, response] of Object.entries(operation.responses))
    if (response && isRepeated(response))
      operation.responses[status] = responses.reference(response, `${tagOf(operation)}.${status}`);
}
