import type { DocumentedCall, Field, Place } from './documented-calls.js';
import type { Probe } from './hold-judge.js';
import { HOSTILE_JSON } from './hostile-json.js';
import { hostileText, PATTERNS, textOfLength } from './hostile-texts.js';
import type { RawRequest } from './raw-request.js';

/** What the probes of one call have in common. */
export interface Door {
  method: string;
  path: string;
  headers: Record<string, string>;
}

/** 64 KiB, and room for the rest of the body. */
export const BODY_BYTES = 63 * 1024;
/** What a form of parts takes in one field. */
const PART_BYTES = 8 * 1024;
/** So many fields are hostile at once, until a request is slow: 16 KiB tell what grows with its square. */
const FIELDS_AT_ONCE = 4;
/** A text that may be no longer cannot hurt by the square of its length. */
const SHORT = 1000;

/** The properties of a JSON body, together and alone, as large as a body may be; those of one schema once. */
export function probesOfBody(door: Door, { bodies: [body = {}], fields }: DocumentedCall): Probe[] {
  const places = [...fields.filter(({ isNew }) => isNew).map(({ place }) => place), ['unknown']];
  return chunks(places, FIELDS_AT_ONCE).flatMap((some) =>
    Object.entries(HOSTILE_JSON).map(([pattern, json]) => {
      const probe = (at: Place[]): Probe => ({
        name: `${pattern} in ${named(at)}`,
        bytes: BODY_BYTES - JSON.stringify(body).length,
        request: (bytes) => {
          const text = json(Math.floor(bytes / at.length));
          return withJson(
            door,
            body,
            at.map((place) => [place, text]),
          );
        },
      });
      return { ...probe(some), parts: some.map((place) => probe([place])) };
    }),
  );
}

/**
 * The texts of a JSON body, as long as they may be: what comes behind the checks of form. Long ones one by one, those of one schema once.
 */
export function probesOfAcceptedTexts(door: Door, { bodies, fields }: DocumentedCall): Probe[] {
  const texts = fields.filter(({ maxLength }) => maxLength !== undefined);
  const short = texts.filter((field) => lengthOf(field) <= SHORT);
  const long = texts.filter((field) => lengthOf(field) > SHORT && field.isNew);
  const groups = [short, ...long.map((field) => [field])];
  return bodies.flatMap((body) =>
    groups.flatMap((some) =>
      Object.entries(some.length ? PATTERNS : {}).map(([pattern, text]) => ({
        name: `${pattern} in ${named(some.map(({ place }) => place))}`,
        bytes: Math.max(...some.map(lengthOf)),
        request: (length: number) => {
          const json = (field: Field) =>
            JSON.stringify(textOfLength(text, Math.min(length, lengthOf(field))));
          return withJson(
            door,
            body,
            some.map((field) => [field.place, json(field)]),
          );
        },
      })),
    ),
  );
}

/** A form of parts: the values of its fields, and the names of fields, files and types. */
export function probesOfParts(door: Door, fields: string[]): Probe[] {
  const headers = { ...door.headers, 'Content-Type': 'multipart/form-data; boundary=b' };
  const part = (name: string, value: string, more = '') =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  return Object.entries(PATTERNS).flatMap(([pattern, text]) => {
    const probe = (place: string, bytes: number, body: (hostile: string) => string): Probe => ({
      name: `${pattern} in ${place}`,
      bytes,
      request: (size) => ({ ...door, headers, body: `${body(hostileText(text, size, String))}--b--\r\n` }),
    });
    return [
      probe('every part', PART_BYTES, (value) =>
        fields
          .slice(0, 7)
          .map((name) => part(name, value))
          .join(''),
      ),
      probe('the name of a part', BODY_BYTES, (name) => part(name, '')),
      probe('the file of a part', BODY_BYTES, (name) => part('unknown', '', `; filename="${name}"`)),
      probe('the type of a part', BODY_BYTES, (type) => part('unknown', '', `\r\nContent-Type: ${type}`)),
      probe('front of the parts', BODY_BYTES, (front) => front + part('unknown', '')),
    ];
  });
}

export function chunks<T>(all: T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

const lengthOf = ({ maxLength = 0 }: Field) => maxLength;
const named = (places: Place[]) => places.map((place) => place.join('.')).join(', ');

/** The call with such JSON at these places of its body. */
function withJson(door: Door, body: object, values: [Place, string][]): RawRequest {
  const holed = values.reduce((whole, [place], index) => put(whole, place, `@hole ${index}@`), body);
  const written = JSON.stringify(holed).replaceAll(
    /"@hole (\d+)@"/g,
    (_, index) => values[Number(index)]?.[1] ?? '',
  );
  return { ...door, headers: { ...door.headers, 'Content-Type': 'application/json' }, body: written };
}

/** The body with this value at a place; what stands on the way to it stays, unless it is no object. */
function put(body: object, [name = '', ...rest]: Place, value: string): object {
  const own = (body as Record<string, unknown>)[name];
  const within = typeof own === 'object' && own !== null ? own : {};
  return { ...body, [name]: rest.length ? put(within, rest, value) : value };
}
