import stylistic from '@stylistic/eslint-plugin'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { houseRules } from './scripts/lint/house-rules.js'

/** Each file is checked in the program of its own layer, so that the linter sees the same types as `tsc` does there. */
const programs = {
  './tsconfig/pure.json': ['src/shared/**', 'src/crypto/**', 'src/compute/**', 'src/policy/**'],
  './tsconfig/script.json': ['src/script/**'],
  './tsconfig/renderer.json': ['src/renderer/**'],
  './tsconfig/node.json': [
    'src/engine/**', 'src/host/**', 'src/client/**', 'src/headless/**', 'src/cli/**', 'src/main/**', 'src/preload/**',
    'test/**', 'scripts/**', '*.config.ts',
  ],
}

const typed = Object.entries(programs).map(([project, folders]) => ({
  files: folders.flatMap((folder) => (folder.endsWith('.ts') ? [folder] : [`${folder}/*.ts`, `${folder}/*.tsx`])),
  // Under CI the parser would take each file as it lies on the disk, not the text it is given: the planted violations are texts.
  languageOptions: { parserOptions: { project, tsconfigRootDir: import.meta.dirname, disallowAutomaticSingleRunInference: true } },
}))

const bannedSyntax = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name: a name is found by search and cannot drift.',
  },
]

const bannedInSource = [
  ...bannedSyntax,
  {
    selector: 'BinaryExpression[operator=/^[!=]==$/]:not(:has(> Literal)):not(:has(> UnaryExpression))'
      + ':not(:has(> Identifier[name="undefined"])) > :matches(Identifier[name=/(token|secret|mac)$/i],'
      + ' MemberExpression[property.name=/(token|secret|mac)$/i])',
    message: 'Compare secrets with timingSafeEqual: === tells through time how much of a guess was right.',
  },
]

const bannedInTests = [
  ...bannedSyntax,
  {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|fails)$/]',
    message: 'A test is run or it is not there. Where a machine cannot run it, use skipIf and say why.',
  },
]

/** What is said to people stays on one line, so that a search for the words finds the place. */
const wholeMessages = { ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }

export default defineConfig(
  { ignores: ['node_modules/**', 'out/**', 'dist/**', 'coverage/**', 'contracts/**', 'resources/**', 'test/**/fixtures/**', '.tmp/**',
    // AssemblyScript: its own compiler checks it.
    'src/engine/kernel/assembly/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { args: 'all', argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNever: true }],
      // An interface of promises is often met by a body that has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Services are objects of closures: taking them apart loses no `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  ...typed,
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js'],
    plugins: { '@stylistic': stylistic, house: houseRules },
    rules: {
      '@stylistic/semi': ['error', 'never'],
      '@stylistic/quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: 'never' }],
      '@stylistic/max-len': ['error', { code: 140, ...wholeMessages }],
      '@stylistic/no-trailing-spaces': 'error',
      '@stylistic/no-tabs': 'error',
      '@stylistic/eol-last': 'error',
      'house/kebab-case-file': 'error',
      'house/disable-with-reason': 'error',
      'eqeqeq': 'error',
      'no-empty': 'error',
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Randomness comes from node:crypto.' }],
      'no-restricted-syntax': ['error', ...bannedSyntax],
    },
  },
  { files: ['src/**'], rules: { 'no-restricted-syntax': ['error', ...bannedInSource] } },
  {
    files: ['test/**'],
    rules: {
      'no-restricted-syntax': ['error', ...bannedInTests],
      // Asymmetric matchers (expect.objectContaining) are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // Tools read these by their default export.
    files: ['*.config.ts', '*.config.js', '.dependency-cruiser.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // What these have to say, they say on the terminal.
    files: ['scripts/**', 'test/campaigns/**'],
    rules: { 'no-console': 'off' },
  },
)
