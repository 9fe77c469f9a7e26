/**
 * Writes dist/: the command line and the library as JavaScript, file by file, for the npm package. Node strips types in a checkout, but
 * not inside node_modules. Equal sources give equal bytes.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
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

/** As Node reads the sources of a checkout: types become blanks, so that lines and columns in a stack are the sources'. */
const compile = (text: string, path: string): string => {
  let renamed = text
  for (const { fileName, pos } of ts.preProcessFile(text, true, true).importedFiles) {
    if (!/^\..*\.ts$/.test(fileName)) continue
    const [start, end] = [pos + 1, pos + 1 + fileName.length]
    if (renamed.slice(start, end) !== fileName) throw new Error(`${path} imports ${fileName}, which is not found in it.`)
    renamed = `${renamed.slice(0, start)}${fileName.replace(/\.ts$/, '.js')}${renamed.slice(end)}`
  }
  return stripTypeScriptTypes(renamed).replaceAll(/[ \t]+$/gm, '')
}

/** The files that a declaration names, as paths of the sources. */
const namedBy = (declaration: string, path: string): readonly string[] =>
  [...declaration.matchAll(/(?:from '|import\(")(\.[^'"]*\.ts)(?=['"])/g)].map(([, specifier = '']) => join(dirname(path), specifier))

/** What a TypeScript project that uses the library reads: the client and everything its declarations name. */
const declare = (): number => {
  const options: ts.CompilerOptions = {
    ...compilerOptions, declaration: true, emitDeclarationOnly: true, rootDir: source, outDir: target,
    strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true, resolveJsonModule: true, allowImportingTsExtensions: true, types: ['node'], lib: ['lib.es2024.d.ts'],
  }
  const entry = join(source, 'client', 'index.ts')
  const program = ts.createProgram([entry], options)
  const declared = new Set<string>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (declared.has(path)) continue
    declared.add(path)
    const file = program.getSourceFile(path)
    if (file === undefined) throw new Error(`A declaration names ${path}, which the compiler has not read.`)
    const { emitSkipped } = program.emit(file, (to, text) => {
      waiting.push(...namedBy(text, path))
      mkdirSync(dirname(to), { recursive: true })
      // Declarations keep the specifiers of the sources, which are not in the package.
      writeFileSync(to, text.replaceAll(/(from '|import\(")(\.[^'"]*)\.ts(?=['"])/g, '$1$2.js'))
    }, undefined, true)
    if (emitSkipped) throw new Error(`The compiler wrote no declarations of ${path}.`)
  }
  return declared.size
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
