/**
 * Writes dist/: the command line and the library as JavaScript, file by file, for the npm package. Node strips types in a checkout, but
 * not inside node_modules. Equal sources give equal bytes.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { projectRoot } from './run-command.ts'

const source = join(projectRoot, 'src')
const target = join(projectRoot, 'dist')
/** The window is bundled; the kernel's source has been compiled into its module. */
const leftOut = /^(?:renderer|main|preload)\/|^engine\/kernel\/assembly\//

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.NodeNext, verbatimModuleSyntax: true, rewriteRelativeImportExtensions: true,
}

/** Files are ES modules by package.json; `.mts` tells the compiler so without looking for one. */
const compile = (text: string, path: string): string =>
  ts.transpileModule(text, { compilerOptions, fileName: path.replace(/\.ts$/, '.mts') }).outputText

/** What a TypeScript project that uses the library reads: the client and everything it names. */
const declare = (): number => {
  const options: ts.CompilerOptions = {
    ...compilerOptions, declaration: true, emitDeclarationOnly: true, rootDir: source, outDir: target,
    strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true, resolveJsonModule: true, allowImportingTsExtensions: true, types: ['node'], lib: ['lib.es2024.d.ts'],
  }
  const program = ts.createProgram([join(source, 'client', 'index.ts')], options)
  let files = 0
  const { emitSkipped } = program.emit(undefined, (path, text) => {
    mkdirSync(dirname(path), { recursive: true })
    // Declarations keep the specifiers of the sources, which are not in the package.
    writeFileSync(path, text.replaceAll(/(from '|import\(")(\.[^'"]*)\.ts(?=['"])/g, '$1$2.js'))
    files += 1
  }, undefined, true)
  if (emitSkipped) throw new Error('The compiler wrote no declarations.')
  return files
}

for (const part of ['cli', 'client', 'compute', 'crypto', 'engine', 'headless', 'host', 'policy', 'script', 'shared']) {
  rmSync(join(target, part), { recursive: true, force: true })
}
let files = 0
for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/')).toSorted()) {
  if (leftOut.test(path) || !/\.(?:ts|json)$/.test(path)) continue
  const to = join(target, path.replace(/\.ts$/, '.js'))
  mkdirSync(dirname(to), { recursive: true })
  if (path.endsWith('.ts')) writeFileSync(to, compile(readFileSync(join(source, path), 'utf8'), path))
  else cpSync(join(source, path), to)
  files += 1
}
console.log(`dist/: ${files} modules, ${declare()} declarations`)
