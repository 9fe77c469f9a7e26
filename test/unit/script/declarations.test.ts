import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { tensorMethodAliases, tensorMethods, reflectedMethods } from '../../../src/script/backend.ts'
import { createScriptDeclarations, operatorDiagnosticCodes } from '../../../src/script/declarations.ts'

const columns = ['wage', 'union', 'years of "school"', 'wage*wage', '$&']

/** The language service as an editor runs it: the script, the declarations and the language's own library. */
const openEditor = (source: string, declarations = createScriptDeclarations({ columns })) => {
  const files: Record<string, string> = { '/script.ts': source, '/hesystem.d.ts': declarations }
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts'], module: ts.ModuleKind.ESNext, strict: true, types: [], noEmit: true,
  }
  const read = (name: string): string | undefined => files[name] ?? ts.sys.readFile(name)
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => Object.keys(files),
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const text = read(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (name) => name in files || ts.sys.fileExists(name),
    readFile: read,
  })
  return {
    complaints: () => [...service.getSyntacticDiagnostics('/script.ts'), ...service.getSemanticDiagnostics('/script.ts')]
      .filter(({ code }) => !operatorDiagnosticCodes.includes(code))
      .map(({ code, messageText }) => `${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
    ownComplaints: () => service.getSemanticDiagnostics('/hesystem.d.ts').map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    completions: () => service.getCompletionsAtPosition('/script.ts', source.indexOf('|'), {})?.entries.map(({ name }) => name) ?? [],
  }
}

describe('what an editor knows of scripts', () => {
  it('is sound in itself, whatever the columns are called', () => {
    expect(openEditor('').ownComplaints()).toEqual([])
    expect(openEditor('', createScriptDeclarations({ columns: [] })).ownComplaints()).toEqual([])
  })

  it.each([
    'export default (data * 2 + 1).mean(0)', 'export default 1 - data / 3', 'export default -data[0][1]', 'export default 2 / data.col("wage").mean()',
    'export default data + [1, 2, 3]', 'export default [[1], [2]] * data', 'export default (data - data.mean(0)) / data.std(0)',
    'export default (data.decrypted() > 10).mean(0)', 'export default (data.sum(0) >= [1, 2]).sum()', 'export default (data == 3).sum()',
    'export default (data != [1, 2]).sum()', 'let t = data; t *= 2; t += 1; t **= 2; export default t.sqrt()',
    'const d = data.decrypted(); export default d.where(d > 1, 0)', 'const f = (t: Tensor): Tensor => t.exp() / (1 + t.exp()); export default f(data.mean(0))',
    'export default listing.columns.map((name) => data.col(name).mean())', 'export default data.cols("wage", 2).dot([0.5, 0.25])',
    'export default { r2: 1 - data.col("wage").var() / data.var(), n: listing.rows }', 'export default data.slice([0, 10], null).t().shape',
    'console.log(data.shape, `${data}`); export default data.cov(0)', 'export default data.col("years of \\"school\\"").mean()',
    'const [wage, union] = data.mean(0); for (const row of data) console.log(row.sum()); export default [wage / union, ...data.sum(0)]',
    'export default [data.mean({ axis: 0 }), data.std({ ddof: 1 }), data.var(0, { ddof: 1 }), data.quantile(0.5, { axis: [0, 1] }), data.sort({ axis: null })]',
    'export default [data.cov({ ddof: 0 }), data.concat(data, { axis: 1 }), data.mean().round(2), data.col("wage") === 3, data.mean() !== [1, 2]]',
    'const pay = data.col("wage"); export default [pay.concat([1, 2]), pay.concat([pay, [1, 2]]), data.concat([[1, 2]], null), data.argmin({ axis: 0 }), data.argmax(null), data.rows(3, null)]',
    'const best = data.col("wage").argmax(); export default [data.get(best), data.rows([best, 0]), data[best], data.quantile([0.5, 0.9], 0), data.slice(-1, [0, 2])]',
    'const m = data.mean(0) > 1; const k = data.sum(0) < 3; export default [(m & k).sum(), (m | k) ^ ~m, +data.mean(), data.decrypted().cov(m), 1 * m + 1 * k]',
  ])('flags nothing in %s', (source) => {
    expect(openEditor(source).complaints()).toEqual([])
  })

  it.each([
    ['data.col("wages")', /2345/], ['data.avg()', /2339/], ['wage.mean()', /2304/], ['data.mean("wage")', /2345/], ['document.title', /2304|2584/],
    ['data.mean({ axes: 0 })', /2353|2345/], ['data.mean({ ddof: 1 })', /2353|2345/], ['data.round("2")', /2345/], ['process.exit()', /2304|2580|2591/], ['data.shape = 3', /2540/],
  ])('still flags %s', (expression, code) => {
    expect(openEditor(`export default ${expression}`).complaints().join('\n')).toMatch(code)
  })

  it('completes column names and methods', () => {
    expect(openEditor('export default data.col("|")').completions()).toEqual(expect.arrayContaining(columns.filter((name) => !name.includes('"'))))
    expect(openEditor('export default data.cols("wage", "|")').completions()).toContain('union')
    const offered = openEditor('export default (data * 2).|').completions()
    const methods = [...tensorMethods.filter((name) => !reflectedMethods.includes(name) && name !== 'groupBy' && name !== 'unique'), ...Object.keys(tensorMethodAliases)]
    expect(offered).toEqual(expect.arrayContaining(methods))
  })

  it.each(readdirSync(new URL('../../../resources/scripts', import.meta.url)))('flags nothing in the sample script %s', (name) => {
    const source = readFileSync(new URL(`../../../resources/scripts/${name}`, import.meta.url), 'utf8')
    expect(openEditor(source, createScriptDeclarations({ columns: [] })).complaints()).toEqual([])
  })
})
