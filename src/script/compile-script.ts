import ts from 'typescript'
import type { AppError } from '../shared/errors.ts'
import { findFloorDivision } from './floor-division.ts'
import { createOperatorTransform } from './operators.ts'
import { describePythonSyntax, refuseNamedArgument } from './python-syntax.ts'
import { createScriptError, type ScriptText } from './script-error.ts'
import { refuseSlip } from './slips.ts'
import { createPositionFinder, type Position } from './source-map.ts'

/** A script as plain JavaScript, and the way back to where its author wrote what. */
export interface CompiledScript {
  readonly code: string
  /** The global function it calls for its operators. */
  readonly operatorHelper: string
  /** Where the answer is exported; without, where something else is, or the last statement; null for no statement at all. */
  readonly answerPosition: Position | null
  /** Why there is no answer, where there is none. */
  readonly answerMissing: string
  findPosition(generated: Position): Position | null
}

/** Longest script that is read, in UTF-16 units: far more than anyone writes, little enough for the parser. */
export const maxScriptLength = 256 * 1024
/** Deepest syntax tree that is read. TypeScript's emitter takes quadratic time, and stack, for what is nested deeper. */
const maxSyntaxDepth = 500

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
const pairRefusal = 'brackets take one number here: `data[0][1]` is row 0 and of it column 1, and `data.slice(…)` takes ranges, as x[1:3, 2] in NumPy'
const tupleRefusal = 'JavaScript\'s comma drops what stands before it, so that (0, 1) is 1: a list stands for a tuple, x.sum([0, 1]), x.reshape([2, 3])'
const awaitRefusal = 'a script runs straight from top to bottom: there is nothing to await, leave the word out'
const asyncRefusal = 'a script runs straight from top to bottom: what fails in an async function would fail unseen, leave the word out'

const chainRefusal = 'this compares what a comparison gave, not the number between: write (1 < x) & (x < 5) for tensors, 1 < x && x < 5 for numbers'
const comparisons: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanToken, ts.SyntaxKind.LessThanEqualsToken, ts.SyntaxKind.GreaterThanToken, ts.SyntaxKind.GreaterThanEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsToken, ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
])
const isComparison = (node: ts.Node): node is ts.BinaryExpression => ts.isBinaryExpression(node) && comparisons.has(node.operatorToken.kind)

const bitOperators: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.AmpersandToken, ts.SyntaxKind.BarToken, ts.SyntaxKind.CaretToken])

/** What Python takes together otherwise than JavaScript, and neither says a word of it; in brackets it is meant. Null for all else. */
const refuseOrder = (node: ts.Node): string | null => {
  if (!ts.isBinaryExpression(node)) return null
  const { left, right } = node
  const sides = [left, right]
  if (bitOperators.has(node.operatorToken.kind) && sides.some(isComparison)) {
    const sign = node.operatorToken.getText()
    return `\`${sign}\` comes after comparisons here, and before them in Python: write (a > 0) ${sign} (b > 0) for tensors, a > 0 && b > 0 for numbers, (a ${sign} b) > 0 for bits`
  }
  if (!isComparison(node)) return null
  if (sides.every(isComparison)) return `one comparison of two others takes brackets: (${left.getText()}) ${node.operatorToken.getText()} (${right.getText()})`.slice(0, 300)
  if (sides.some(isComparison)) return chainRefusal
  const isDenied = ts.isPrefixUnaryExpression(left) && ts.tokenToString(left.operator) === '!'
  return isDenied ? '`!` comes before the comparison here, and after it in Python: write !(a == b), or (!a) == b' : null
}

const isComma = (node: ts.Node): node is ts.BinaryExpression => ts.isBinaryExpression(node) && ts.tokenToString(node.operatorToken.kind) === ','

/** A statement's, or a loop's: nothing takes its value. */
const isDropped = ({ parent }: ts.Node): boolean =>
  ts.isExpressionStatement(parent) || ts.isForStatement(parent)
  || ((isComma(parent) || ts.isParenthesizedExpression(parent)) && isDropped(parent))

/** What is written for what it does, not for its value: `(i += 1, i)` is meant. */
const isAssignment = (node: ts.Expression): boolean => {
  if (ts.isParenthesizedExpression(node)) return isAssignment(node.expression)
  if (ts.isPostfixUnaryExpression(node)) return true
  if (ts.isPrefixUnaryExpression(node)) return /^(?:\+\+|--)$/.test(ts.tokenToString(node.operator) ?? '')
  if (!ts.isBinaryExpression(node)) return false
  const { kind } = node.operatorToken
  return isComma(node) ? isAssignment(node.right) : kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

/** Whether nothing is done by it, so that dropping its value drops it all. */
const isIdle = (node: ts.Expression): boolean => {
  if (ts.isParenthesizedExpression(node)) return isIdle(node.expression)
  if (isComma(node)) return isIdle(node.left) && isIdle(node.right)
  if (ts.isPrefixUnaryExpression(node)) return ts.tokenToString(node.operator) === '-' && isIdle(node.operand)
  return ts.isLiteralExpression(node) || ts.isIdentifier(node) || ts.isArrayLiteralExpression(node) || ts.isPropertyAccessExpression(node)
    || [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)
}

/** Why a piece of syntax has no place in a script; null for the rest. */
const refusalOf = (node: ts.Node): { code: 'input.script-import' | 'input.script-syntax'; message: string } | null => {
  const isModuleReference = ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node)
    || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
  const isModuleCall = ts.isCallExpression(node)
    && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require'))
  if (isModuleReference || isModuleCall) return { code: 'input.script-import', message: importRefusal }
  // JavaScript's comma drops what stands before it: data[0, 1] would be row 1, data.sum((0, 1)) each row's sum, without a word.
  if (ts.isElementAccessExpression(node) && isComma(node.argumentExpression)) return { code: 'input.script-syntax', message: pairRefusal }
  // A statement of its own is what the parser makes of the rest of data[1:3, 2]; nothing takes its value.
  const isUsed = isComma(node) && !isDropped(node) && !isAssignment(node.left)
  const isTuple = isUsed || (isComma(node) && isIdle(node.left) && !ts.isExpressionStatement(node.parent))
  if (isTuple) return { code: 'input.script-syntax', message: tupleRefusal }
  // Python reads 1 < x < 5 as one; JavaScript compares the 0s and 1s of the first with 5.
  const order = refuseOrder(node)
  if (order !== null) return { code: 'input.script-syntax', message: order }
  const slip = refuseNamedArgument(node) ?? refuseSlip(node)
  if (slip !== null) return { code: 'input.script-syntax', message: slip }
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return { code: 'input.script-syntax', message: asyncRefusal }
  const waits = ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)
  return waits ? { code: 'input.script-syntax', message: awaitRefusal } : null
}

/** A whole number that no double is: JavaScript takes another one for it, in silence. Null for all else. */
const roundingOf = (node: ts.Node, file: ts.SourceFile): string | null => {
  if (!ts.isNumericLiteral(node)) return null
  const written = node.getText(file).replaceAll('_', '')
  if (!/^(?:\d+|0[xob][\da-f]+)$/i.test(written)) return null
  // Numbers mean their shortest decimal (compute.md, "Encoding"): 1e23 is one, though the double next to it is not.
  const taken = String(Number(written))
  const [, digits = '', fraction = '', power = '0'] = /^(\d+)(?:\.(\d+))?(?:e\+(\d+))?$/.exec(taken) ?? []
  const meant = digits === '' ? null : BigInt(digits + fraction + '0'.repeat(Number(power) - fraction.length))
  if (meant === BigInt(written)) return null
  return `the number ${written} is too long for JavaScript, which takes it for ${taken}: whole numbers are exact to 9007199254740992, 2 ** 53`
}

const syntaxError = (message: string, text: ScriptText, position: Position | null): AppError =>
  createScriptError('input.script-syntax', message, text, position)

const assertAllowedSyntax = (file: ts.SourceFile, text: ScriptText): void => {
  const visit = (node: ts.Node, depth: number): void => {
    const refusal = refusalOf(node)
    if (refusal !== null) throw createScriptError(refusal.code, refusal.message, text, positionOf(file, node.getStart(file)))
    const rounding = roundingOf(node, file)
    if (rounding !== null) throw syntaxError(rounding, text, positionOf(file, node.getStart(file)))
    if (depth > maxSyntaxDepth) throw syntaxError('expressions are nested too deeply here', text, positionOf(file, node.getStart(file)))
    ts.forEachChild(node, (child) => visit(child, depth + 1))
  }
  visit(file, 0)
}

/** Throws for what would be a comment to JavaScript and arithmetic to its author. */
const assertNoFloorDivision = (file: ts.SourceFile, text: ScriptText): void => {
  const found = findFloorDivision(file)
  if (found === null) return
  const message = `\`//\` begins a comment here, and would leave out \`${found.divisor}\`: division is /, and Math.floor(a / b) its whole part `
    + 'for plain numbers. If it is a comment, say it in words or put ; before it'
  throw syntaxError(message, text, positionOf(file, found.offset))
}

const offsetOf = (file: ts.SourceFile, { line, column }: Position): number => file.getPositionOfLineAndCharacter(line - 1, column - 1)

/** For the opening bracket of a call, where the name before it begins: that is what a reader looks for. */
const findCalledName = (file: ts.SourceFile, position: Position): Position => {
  const offset = offsetOf(file, position)
  let start = offset
  const visit = (node: ts.Node): void => {
    if (offset < node.pos || offset > node.end) return
    if (ts.isIdentifier(node) && node.end === offset) start = node.getStart(file)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return positionOf(file, start)
}

/** The line at an offset, before and from it. */
const linePartsAt = (source: string, offset: number): [before: string, after: string] =>
  [source.slice(0, offset).split(/[\n\r]/).at(-1) ?? '', source.slice(offset).split(/[\n\r]/)[0] ?? '']

const hasModifier = (statement: ts.Statement, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === kind)

/** `export default …`, `export { x as default }`; undefined for all other statements. */
const findDefaultExport = (statement: ts.Statement): ts.Node | undefined => {
  const isExpression = ts.isExportAssignment(statement) && statement.isExportEquals !== true
  if (isExpression || hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) return statement
  const isList = ts.isExportDeclaration(statement) && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
  return isList ? statement.exportClause.elements.find(({ name }) => name.text === 'default') : undefined
}

/** Where the answer is, or should be, and why there is none. */
const describeAnswer = ({ statements }: ts.SourceFile): { readonly node: ts.Node | undefined; readonly missing: string } => {
  const found = statements.map(findDefaultExport).find((node) => node !== undefined)
  if (found !== undefined) return { node: found, missing: 'the script exports undefined as its answer' }
  const equals = statements.find((statement) => ts.isExportAssignment(statement))
  if (equals !== undefined) return { node: equals, missing: 'the script exports no answer: it is `export default`, not `export =`' }
  const other = statements.find((statement) => ts.isExportDeclaration(statement) || hasModifier(statement, ts.SyntaxKind.ExportKeyword))
  if (other === undefined) return { node: statements.at(-1), missing: 'the script exports no answer: it has no `export default`' }
  return { node: other, missing: 'the script exports no answer: what is exported here has a name, and the answer has `default` in its place' }
}

const transpile = (text: ScriptText): CompiledScript => {
  // One fixed name: the user's own may end in .js or .tsx and would change how the text is parsed.
  const fileName = 'script.ts'
  const file = ts.createSourceFile(fileName, text.source, ts.ScriptTarget.ES2023, true)
  assertAllowedSyntax(file, text)
  assertNoFloorDivision(file, text)
  const options: ts.TranspileOptions = { fileName, compilerOptions, reportDiagnostics: true }
  const operators = createOperatorTransform(file)
  const { outputText, sourceMapText, diagnostics = [] } = ts.transpileModule(text.source, {
    ...options, transformers: { before: [operators.factory] },
  })
  const [diagnostic] = diagnostics
  if (diagnostic !== undefined) {
    const { start } = diagnostic
    const hint = start === undefined ? null : describePythonSyntax(...linePartsAt(text.source, start))
    const message = `${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}${hint === null ? '' : ` ${hint}`}`
    throw syntaxError(message, text, start === undefined ? null : positionOf(file, start))
  }
  const { mappings } = JSON.parse(sourceMapText ?? '{"mappings":""}') as { mappings: string }
  const findPosition = createPositionFinder(mappings)
  const answer = describeAnswer(file)
  return {
    code: outputText,
    operatorHelper: operators.helperName,
    answerPosition: answer.node === undefined ? null : positionOf(file, answer.node.getStart(file)),
    answerMissing: answer.missing,
    findPosition: (generated) => {
      const position = findPosition(generated)
      if (position === null || operators.offsets.has(offsetOf(file, position))) return position
      return findCalledName(file, position)
    },
  }
}

/**
 * Strips a script's types and rewrites its operators so that they work on tensors. Throws `input.script-syntax` (also for `await`) and
 * `input.script-import` with line, column and fragment of the script.
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
