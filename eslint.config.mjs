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
  captcha: { tier: 2, may: ['kernel', 'config'] },
  'identity-providers': { tier: 2, may: ['kernel', 'config'] },
  throttle: { tier: 3, may: ['kernel', 'config', 'database'] },
  'sign-in': {
    tier: 3,
    may: ['kernel', 'config', 'database', 'accounts', 'attempts', 'sessions', 'delivery', 'audit'],
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

const wireWords = {
  regex: '(/protocols/|\\.dto\\.js$|\\.controller\\.js$|\\.presenter\\.js$|^express$)',
  message:
    'A flow service speaks no wire format: it returns outcomes or throws AuthError, and the protocol says it.',
};
const flowRules = flows.map((flow) => ({
  files: [`apps/auth/src/${flow}/**/*.ts`],
  rules: imports(noDeepImports, {
    regex: `\\.\\./(${flows.filter((other) => other !== flow).join('|')})/`,
    message: 'A flow never imports another flow: what two flows share is a noun and belongs in a lib.',
  }),
}));
const flowServiceRules = flows.map((flow) => ({
  files: [`apps/auth/src/${flow}/**/*.service.ts`],
  rules: imports(noDeepImports, wireWords, {
    regex: `\\.\\./(${flows.filter((other) => other !== flow).join('|')})/`,
    message: 'A flow never imports another flow: what two flows share is a noun and belongs in a lib.',
  }),
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
    files: ['{apps,libs}/**/*.ts'],
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
    ),
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
