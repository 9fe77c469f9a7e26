import { ESLint } from 'eslint'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from './cruise.ts'

const inSource = 'src/shared/errors.ts'
const inTests = 'test/architecture/cruise.ts'

const planted: readonly { readonly rule: string, readonly file?: string, readonly text: string }[] = [
  { rule: '@typescript-eslint/no-explicit-any', text: 'export const it = (value: any): unknown => value\n' },
  { rule: 'no-empty', text: 'try { performance.now() } catch { }\n' },
  { rule: '@typescript-eslint/consistent-type-imports', text: "import { ErrorCode } from './error-codes.ts'\nexport type It = ErrorCode\n" },
  { rule: '@typescript-eslint/no-floating-promises', text: 'Promise.resolve(1)\n' },
  { rule: '@typescript-eslint/no-unsafe-member-access', text: "export const it = JSON.parse('{}').name as string\n" },
  { rule: '@typescript-eslint/no-non-null-assertion', text: 'export const it = (list: string[]): string => list.at(0)!\n' },
  { rule: '@typescript-eslint/only-throw-error', text: "throw 'words'\n" },
  { rule: 'no-restricted-syntax', text: 'export default 1\n' },
  { rule: 'no-restricted-syntax', text: 'export const it = (token: string, expected: string): boolean => token === expected\n' },
  { rule: 'no-restricted-properties', text: 'export const it = Math.random()\n' },
  { rule: 'no-console', text: 'console.log(1)\n' },
  { rule: 'max-lines', text: 'performance.now()\n'.repeat(301) },
  { rule: 'house/disable-with-reason', text: '// eslint-disable-next-line no-console\nconsole.log(1)\n' },
  { rule: 'house/kebab-case-file', file: 'scripts/lint/OddName.js', text: 'export const it = 1\n' },
  { rule: 'no-restricted-syntax', file: inTests, text: "import { it } from 'vitest'\nit.only('is the only one', () => {})\n" },
  { rule: '@stylistic/semi', text: 'export const it = 1;\n' },
  { rule: '@stylistic/quotes', text: 'export const it = "1"\n' },
  { rule: '@stylistic/max-len', text: `export const it = 1${' + 1'.repeat(40)}\n` },
]

describe('the linter', () => {
  const eslint = new ESLint({ cwd: projectRoot })

  it.each(planted)('catches $rule in $text', async ({ rule, file = inSource, text }) => {
    const [result] = await eslint.lintText(text, { filePath: join(projectRoot, file) })
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain(rule)
  })

  it('lets what the rules ask for pass', async () => {
    const text = "import type { ErrorCode } from './error-codes.ts'\n\nexport const describeCode = (code: ErrorCode): string => `code ${code}`\n"
    const [result] = await eslint.lintText(text, { filePath: join(projectRoot, inSource) })
    expect(result?.messages).toEqual([])
  })
})
