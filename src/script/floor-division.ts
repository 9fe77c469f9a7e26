import ts from 'typescript'

const endsExpression: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.Identifier, ts.SyntaxKind.NumericLiteral, ts.SyntaxKind.CloseParenToken, ts.SyntaxKind.CloseBracketToken,
])

type Declarations = ReadonlyMap<string, number>

/** Variables, parameters and functions, with what every script sees, by where the code begins that they are declared for. */
const readDeclarations = (file: ts.SourceFile): Declarations => {
  const declarations = new Map([['data', 0], ['listing', 0], ['Math', 0]])
  const visit = (node: ts.Node): void => {
    const isDeclared = ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isFunctionDeclaration(node)
    if (isDeclared && node.name !== undefined && ts.isIdentifier(node.name)) {
      const from = ts.isFunctionDeclaration(node) ? 0 : ts.isParameter(node) ? node.pos : node.end + 1
      declarations.set(node.name.text, Math.min(from, declarations.get(node.name.text) ?? from))
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return declarations
}

const brackets: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 }

/** What stands before the first bracket that closes one opened before the text, and the rest. */
const cutAtCloser = (text: string): [inside: string, rest: string] => {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    depth += brackets[text[i] as string] ?? 0
    if (depth < 0) return [text.slice(0, i), text.slice(i)]
  }
  const end = text.replace(/[\s,;]+$/, '').length
  return [text.slice(0, end), text.slice(end)]
}

/** Without a comment of Python's, or its choice, behind it: neither is JavaScript. */
const cutPython = (text: string): string => text.replace(/#.*$/, '').replace(/\sif\s.*\selse\s.*$/, '')

/** What Python calls for a number, by itself or of a library. */
const pythonCallees: ReadonlySet<string> = new Set(['len', 'max', 'min', 'int', 'float', 'round', 'abs', 'sum', 'pow', 'np', 'numpy', 'math'])

/** The name that a call begins with: `np` of np.sum(x). */
const rootOf = (node: ts.Expression): string | null => {
  if (ts.isPropertyAccessExpression(node)) return rootOf(node.expression)
  return ts.isIdentifier(node) ? node.text : null
}

/** Python's words between operands as signs of TypeScript's, of the same shape: what they come to is not asked here. */
const pythonWords: readonly (readonly [word: RegExp, sign: string])[] = [
  [/\sif\s(?=.*\selse\s)/g, ' ? '], [/\selse\s/g, ' : '], [/\s(?:or|and)\s/g, ' || '], [/\bnot\s+in\b|\bin\b|\bis\s+not\b|\bis\b/g, '<'], [/\bnot\s/g, '!'],
  [/\b(?:True|False|None)\b/g, '1'],
]

const translatePython = (text: string): string =>
  pythonWords.reduce((translated, [word, sign]) => translated.replace(word, sign), text.replace(/#.*$/, ''))

/** Arithmetic of numbers and of names that exist, here or in Python; prose and dates are not. */
const isOperand = (written: string, offset: number, declarations: Declarations): boolean =>
  [cutPython(written), translatePython(written)].some((text) => isArithmetic(text, offset, declarations))

const isArithmetic = (text: string, offset: number, declarations: Declarations): boolean => {
  // Two words side by side, or a sign that arithmetic has not, need no parser.
  const isProse = /[\p{L}\d_$]\s+[\p{L}\d_$]|(?<![=!<>])=(?!=)/u.test(text) || /[^\p{L}\p{M}\s\w$.,()[\]+\-*/"'%&|^<>=!?:]/u.test(text)
  if (isProse || /^\s*(?:$|\d{4}-\d\d-\d\d$)/.test(text)) return false
  if ((ts.transpileModule(`0/${text}`, { reportDiagnostics: true }).diagnostics ?? []).length > 0) return false
  let isKnown = true
  let operands = 0
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && pythonCallees.has(rootOf(node.expression) ?? '')) {
      operands++
      return node.arguments.forEach(visit)
    }
    if (ts.isPropertyAccessExpression(node)) return visit(node.expression)
    if (ts.isIdentifier(node)) isKnown &&= (declarations.get(node.text) ?? Infinity) <= offset
    if (ts.isIdentifier(node) || ts.isNumericLiteral(node)) operands++
    ts.forEachChild(node, visit)
  }
  const parsed = ts.createSourceFile('operand.ts', `0/${text}`, ts.ScriptTarget.ES2023)
  visit(parsed)
  return isKnown && operands > 1 && parsed.statements.length === 1
}

/** `console.log(x) // 3` has no use for a quotient: that is what was printed. */
const isStatement = (node: ts.Node): boolean => {
  if (ts.isExpressionStatement(node)) return ts.isCallExpression(node.expression)
  return node.parent !== undefined && node.parent.end === node.end && isStatement(node.parent)
}

export interface FloorDivision {
  readonly offset: number
  /** What would be divided by, and left out. */
  readonly divisor: string
}

/**
 * Python's floor division begins a comment here, and what follows it would be left out without a word: a number that is wrong in silence.
 * So a comment on the line of an expression that it could divide, which reads as arithmetic and nothing else (`// 2`, `// (n - 1)`,
 * `// n` where n is a variable, `// 2 % k`, also before a comment of Python's), is taken for one. `// 2 columns`, `// half`, a comment of
 * its own line or behind `;` and `,` are not.
 */
export const findFloorDivision = (file: ts.SourceFile): FloorDivision | null => {
  const { text } = file
  let declarations: Declarations | null = null
  const judge = (token: ts.Node): FloorDivision | null => {
    const comment = ts.getTrailingCommentRanges(text, token.end)?.find(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
    if (comment === undefined || isStatement(token)) return null
    const [divisor, rest] = cutAtCloser(text.slice(comment.pos + 2, comment.end).replace(/^=/, ''))
    const isCode = /^[\s)\]},;]*(?:[-+*/.<>=?:#%&|^!].*)?$/.test(rest) && isOperand(divisor, token.end, declarations ??= readDeclarations(file))
    return isCode ? { offset: comment.pos, divisor: divisor.trim() } : null
  }
  /** `n! // 2` and `n as number // 2` divide as `n // 2` does. */
  const endsTyped = (node: ts.Node): boolean => (ts.isNonNullExpression(node.parent) && node !== node.parent.expression)
    || (ts.isAsExpression(node.parent) && ts.isTypeNode(node))
  const visit = (node: ts.Node): FloorDivision | null => {
    if (endsExpression.has(node.kind) || (node !== file && endsTyped(node))) return judge(node)
    for (const child of node.getChildren(file)) {
      const found = visit(child)
      if (found !== null) return found
    }
    return null
  }
  return text.includes('//') ? visit(file) : null
}
