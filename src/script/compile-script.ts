import ts from 'typescript'
import type { AppError } from '../shared/errors.ts'
import { createScriptError, type ScriptText } from './script-error.ts'
import { createPositionFinder, type Position } from './source-map.ts'

/** A script as plain JavaScript, and the way back to where its author wrote what. */
export interface CompiledScript {
  readonly code: string
  /** Where `export default` stands; null without. */
  readonly answerPosition: Position | null
  findPosition(generated: Position): Position | null
}

/** Longest script that is read, in UTF-16 units: far more than anyone writes, little enough for the parser. */
export const maxScriptLength = 256 * 1024

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  sourceMap: true,
  newLine: ts.NewLineKind.LineFeed,
}

const positionOf = (file: ts.SourceFile, offset: number): Position => {
  const { line, character } = file.getLineAndCharacterOfPosition(offset)
  return { line: line + 1, column: character + 1 }
}

const importRefusal = 'a script stands alone: it sees `data` and `listing` and cannot import or require anything'
const awaitRefusal = 'a script runs straight from top to bottom: there is nothing to await, leave the word out'

/** Why a piece of syntax has no place in a script; null for the rest. */
const refusalOf = (node: ts.Node): { code: 'input.script-import' | 'input.script-syntax'; message: string } | null => {
  const isModuleReference = ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node)
    || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
  const isModuleCall = ts.isCallExpression(node)
    && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
  if (isModuleReference || isModuleCall) return { code: 'input.script-import', message: importRefusal }
  const waits = ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)
  return waits ? { code: 'input.script-syntax', message: awaitRefusal } : null
}

const assertAllowedSyntax = (file: ts.SourceFile, text: ScriptText): void => {
  const visit = (node: ts.Node): void => {
    const refusal = refusalOf(node)
    if (refusal !== null) throw createScriptError(refusal.code, refusal.message, text, positionOf(file, node.getStart(file)))
    ts.forEachChild(node, visit)
  }
  visit(file)
}

const syntaxError = (message: string, text: ScriptText, position: Position | null): AppError =>
  createScriptError('input.script-syntax', message, text, position)

const transpile = (text: ScriptText): CompiledScript => {
  // One fixed name: the user's own may end in .js or .tsx and would change how the text is parsed.
  const fileName = 'script.ts'
  const file = ts.createSourceFile(fileName, text.source, ts.ScriptTarget.ES2023)
  const { outputText, sourceMapText, diagnostics = [] } = ts.transpileModule(text.source, { fileName, compilerOptions, reportDiagnostics: true })
  const [diagnostic] = diagnostics
  if (diagnostic !== undefined) {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')
    throw syntaxError(message, text, diagnostic.start === undefined ? null : positionOf(file, diagnostic.start))
  }
  assertAllowedSyntax(file, text)
  const { mappings } = JSON.parse(sourceMapText ?? '{"mappings":""}') as { mappings: string }
  const exported = file.statements.find((statement) => ts.isExportAssignment(statement))
  return {
    code: outputText,
    answerPosition: exported === undefined ? null : positionOf(file, exported.getStart(file)),
    findPosition: createPositionFinder(mappings),
  }
}

/**
 * Strips a script's types. Throws `input.script-syntax` (also for `await`) and `input.script-import` with line, column and
 * fragment of the script.
 */
export const compileScript = (text: ScriptText): CompiledScript => {
  if (text.source.length > maxScriptLength) {
    throw syntaxError(`the script has ${text.source.length} characters; at most ${maxScriptLength} are read`, text, null)
  }
  try {
    return transpile(text)
  } catch (error) {
    // TypeScript's parser and emitter are recursive: this is V8's stack running out inside them.
    if (error instanceof RangeError) throw syntaxError('the script\'s expressions are nested too deeply', text, null)
    throw error
  }
}
