import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import ts from 'typescript-eslint';

// The tiers of docs/architecture.md, as rules whose messages say why: the picture that cannot drift.
const libs = {
  kernel: { tier: 0, may: [] },
  config: { tier: 1, may: ['kernel'] },
  database: { tier: 1, may: ['kernel'] },
  pages: { tier: 1, may: ['kernel', 'config'] },
  accounts: { tier: 2, may: ['kernel', 'config', 'database'] },
  attempts: { tier: 2, may: ['kernel', 'config', 'database'] },
  sessions: { tier: 2, may: ['kernel', 'config', 'database'] },
  tokens: { tier: 2, may: ['kernel', 'config', 'database'] },
  delivery: { tier: 2, may: ['kernel', 'config', 'database', 'pages'] },
  audit: { tier: 2, may: ['kernel', 'config', 'database'] },
  'server-keys': { tier: 2, may: ['kernel', 'config', 'database'] },
  captcha: { tier: 2, may: ['kernel', 'config'] },
  'identity-providers': { tier: 2, may: ['kernel', 'config'] },
  throttle: { tier: 3, may: ['kernel', 'config', 'database'] },
  idempotency: { tier: 3, may: ['kernel', 'config', 'database', 'throttle'] },
  'service-keys': { tier: 3, may: ['kernel', 'config', 'database', 'throttle'] },
  operators: { tier: 3, may: ['kernel', 'config', 'database', 'accounts', 'audit'] },
  'sign-in': {
    tier: 3,
    may: ['kernel', 'config', 'database', 'accounts', 'attempts', 'sessions', 'delivery', 'audit'],
  },
  administration: {
    tier: 4,
    may: [
      ...['kernel', 'config', 'database', 'pages', 'server-keys', 'service-keys', 'operators', 'sign-in'],
      ...['accounts', 'attempts', 'sessions', 'tokens', 'delivery', 'audit'],
    ],
  },
};
const names = Object.keys(libs);
const flows = ['code', 'session', 'token-refresh', 'magic-link', 'recovery'];

const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const noDeepImports = {
  regex: '^@app/[^/]+/.+',
  message: 'Import a lib by its name: what its index.ts does not export is private to it.',
};
const noLib = (forbidden, message) => ({ regex: `^@app/(${forbidden.join('|')})$`, message });

const libRules = names.map((name) => ({
  files: [`libs/${name}/**/*.ts`],
  rules: imports(
    noDeepImports,
    noLib(
      names.filter((other) => !libs[name].may.includes(other)),
      `${name} is tier ${libs[name].tier}: it may use ${libs[name].may.join(', ') || 'no other lib'}. Nouns never know each other; what two flows share is a noun.`,
    ),
    { regex: '(^|/)apps/', message: 'Libs are nouns: they never know the verbs in apps.' },
    ...(name === 'kernel'
      ? [{ regex: '^(@nestjs/|typeorm$|pg$)', message: 'The kernel has no Nest, no TypeORM and no I/O.' }]
      : []),
  ),
}));

// What reads and shows wire formats under another name.
const wireFiles = [
  '**/{request,identifiers,page,browser-view,in-browser,landing-token,stop-page,reset-page,page-request,presenter}.ts',
];
const wireWords = {
  regex: '(/protocols/|\\.dto\\.js$|\\.controller\\.js$|\\.presenter\\.js$|^express$)',
  message:
    'A flow service speaks no wire format: it returns outcomes or throws AuthError, and the protocol says it.',
};
// A room rests on flows and never the other way round; no flow knows another, and no room another.
const rooms = [
  'account',
  'second-factors',
  'passkeys',
  'password-reset',
  'pages',
  'session-check',
  'admin',
  'console',
];
const mayRestOn = { pages: [...flows, 'password-reset'] };
const roomRules = [...flows, ...rooms].map((room) => {
  const may = [room, ...(mayRestOn[room] ?? (flows.includes(room) ? [] : flows))];
  const others = [...flows, ...rooms].filter((other) => !may.includes(other));
  return {
    room,
    foreign: {
      regex: `\\.\\./(${others.join('|')})/`,
      message:
        'A flow knows no other flow, and a room rests on flows alone: what two share is a verb or a noun and belongs in a lib.',
    },
  };
});
const flowRules = roomRules.map(({ room, foreign }) => ({
  files: [`apps/auth/src/${room}/**/*.ts`],
  rules: imports(noDeepImports, foreign),
}));
// Whatever is injected and is neither a controller nor a presenter speaks no wire format.
const flowServiceRules = roomRules.map(({ room, foreign }) => ({
  files: [`apps/auth/src/${room}/**/*.ts`],
  ignores: [
    '**/*.{controller,dto,presenter,decorator,question,module,page,words,guard,filter,middleware,interceptor,spec}.ts',
    ...wireFiles,
  ],
  rules: imports(noDeepImports, wireWords, foreign),
}));

const banned = [
  {
    selector:
      "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes from the Clock: a test that cannot set the time cannot prove a life or a limit.',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'The environment is read in libs/config alone, where every problem is reported at once.',
  },
  {
    selector: "CallExpression[callee.name='forwardRef']",
    message: 'A cycle between modules: move what both need into a lib of a lower tier.',
  },
];

export default ts.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.data/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    // An expression that goes back, or begins anew at every character, lets a short text hold the event loop for seconds.
    files: ['{apps,libs}/**/*.{ts,mjs}', 'scripts/**/*.mjs'],
    ignores: ['**/*.spec.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': ['error', ...banned],
      'max-lines': ['error', { max: 250, skipBlankLines: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  { files: ['apps/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'], rules: imports(noDeepImports) },
  ...libRules,
  ...flowRules,
  ...flowServiceRules,
  {
    files: ['apps/auth/src/protocols/**/*.ts'],
    rules: imports(
      noDeepImports,
      noLib(
        names.filter((name) => !['kernel', 'config', 'pages'].includes(name)),
        'A protocol translates between the kernel and HTTP. It knows no repository.',
      ),
      {
        regex: `\\.\\./(${[...flows, ...rooms].join('|')})/`,
        message: 'A protocol is a way of speaking: flows and rooms use it, and it knows none of them.',
      },
    ),
  },
  {
    files: ['apps/cli/src/*.{commands,command,presenter,sentences}.ts'],
    rules: imports(noDeepImports, {
      regex: '^(@app/database|typeorm|pg)$',
      message:
        'A command reads its arguments, calls a service and says what came of it: rules and SQL stand behind it.',
    }),
  },
  {
    files: ['{apps,libs}/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/migrations/**', 'libs/config/src/config.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      // Of a constructor too: whoever needs more than seven things does more than one.
      'max-params': ['error', 7],
    },
  },
  { files: ['libs/kernel/src/clock.ts'], rules: { 'no-restricted-syntax': ['error', ...banned.slice(1)] } },
  { files: ['libs/config/src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', banned[0], banned[2]] } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', '**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', banned[2]], 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    ...ts.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
);
