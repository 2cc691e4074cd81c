import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModulesContainer } from '@nestjs/core';
import { variables } from '../../libs/config/src/variables.js';
import { LIMITS as METADATA, type Limit } from '../../libs/throttle/src/limits.js';
import { THROTTLER_LIMIT } from '@nestjs/throttler/dist/throttler.constants.js';
import { BUDGETS, SENDS, TRIES } from '../support/limits-in-code.js';
import { LIMITS, type LimitRow } from '../support/limits-table.js';
import { TestApp } from '../support/test-app.js';

const rows: LimitRow[] = Object.values(LIMITS);
const named = rows.flatMap(({ code = [] }) => code);

/** What looks like one and is none that a caller could use up. */
const NO_LIMITS: Record<string, string> = {
  LIMITS: 'the key under which @Limits keeps what it says',
  CEILING_MS: 'how long a stop may take',
};

const LIMIT_LIKE =
  /^(?:export )?const ((?:[A-Z\d]+_)*(?:LIMITS?|CONCURRENCY|AT_ONCE|DEPTH|QUEUE|SHARES?|CEILING|QUOTA)(?:_[A-Z\d]+)*)\b/gm;
const RECOVERY_TRIES = /^const (RECOVERY_CODE_TRIES)\b/gm;

const sources = ['apps/auth', 'libs']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.includes('/migrations/'))
  .map((file) => readFileSync(file, 'utf8'));
const constants = () =>
  sources.flatMap((text) =>
    [LIMIT_LIKE, RECOVERY_TRIES].flatMap((pattern) =>
      [...text.matchAll(pattern)].map(([, name = '']) => name),
    ),
  );
const variablesOfLimits = () =>
  Object.keys(variables).filter((name) => /_LIMIT$|_POOL_SIZE$|_CONNECTIONS$|RESEND_SECONDS$/.test(name));

describe('docs/security/limits.md', () => {
  let routes: string[];

  beforeAll(async () => {
    const app = await TestApp.start();
    routes = namesOnRoutes(app);
    await app.stop();
  });

  it('says what the table of the tests says, row by row', () => {
    const lines = readFileSync('docs/security/limits.md', 'utf8').split('\n');
    const cells = lines
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(cells.slice(2)).toEqual(
      rows.map(({ limit, spender, lost, open }) => [limit, spender, lost, open]),
    );
  });

  it('has a row for every limit of a route', () => {
    expect(routes).toEqual(expect.arrayContaining(['navixy.session', 'dfns.address']));
    expect(routes.filter((name) => !named.includes(name))).toEqual([]);
  });

  it('has a row for every variable that sets one', () => {
    expect(variablesOfLimits().filter((name) => !named.includes(name))).toEqual([]);
  });

  it('has a row for every constant that is one', () => {
    const found = constants();
    expect(found).toEqual(expect.arrayContaining(['BODY_LIMIT_BYTES', 'CONCURRENCY']));
    expect(found.filter((name) => !named.includes(name) && !(name in NO_LIMITS))).toEqual([]);
  });

  it('names nothing that is not there', () => {
    const there = [...routes, ...variablesOfLimits(), ...constants()];
    expect([...named, ...Object.keys(NO_LIMITS)].filter((name) => !there.includes(name))).toEqual([]);
  });

  it('has no row that nothing in the code leads to', () => {
    const led: string[] = [...Object.values(BUDGETS), ...Object.values(SENDS), ...Object.values(TRIES)];
    const orphans = Object.entries<LimitRow>(LIMITS).filter(
      ([name, { code = [] }]) => code.length === 0 && !led.includes(name),
    );
    expect(orphans).toEqual([]);
  });
});

/** Of every controller and handler: what `@Limits` and the library's `@Throttle` say there. */
function namesOnRoutes(app: TestApp): string[] {
  const carriers = [...app.nest.get(ModulesContainer).values()]
    .flatMap(({ controllers }) => [...controllers.values()])
    .flatMap(({ metatype }) =>
      metatype ? [metatype, ...handlersOf(metatype as { prototype: object })] : [],
    );
  const names = carriers.flatMap((carrier) => [
    ...((Reflect.getMetadata(METADATA, carrier) ?? []) as Limit[]).map(({ name }) => name),
    ...(Reflect.getMetadataKeys(carrier) as unknown[]).flatMap((key) =>
      typeof key === 'string' && key.startsWith(THROTTLER_LIMIT) ? [key.slice(THROTTLER_LIMIT.length)] : [],
    ),
  ]);
  return [...new Set(names)];
}

function handlersOf({ prototype }: { prototype: object }): object[] {
  const described = Object.values(Object.getOwnPropertyDescriptors(prototype)) as PropertyDescriptor[];
  return described.flatMap(({ value }) => (typeof value === 'function' ? [value as object] : []));
}
