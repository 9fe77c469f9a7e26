import ts from 'typescript'

/** The operators that tensors and lists have a word on, by their token. */
const binaryOperators: ReadonlyMap<ts.SyntaxKind, string> = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusToken, '+'], [ts.SyntaxKind.MinusToken, '-'], [ts.SyntaxKind.AsteriskToken, '*'], [ts.SyntaxKind.SlashToken, '/'],
  [ts.SyntaxKind.AsteriskAsteriskToken, '**'], [ts.SyntaxKind.GreaterThanToken, '>'], [ts.SyntaxKind.LessThanToken, '<'],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>='], [ts.SyntaxKind.LessThanEqualsToken, '<='], [ts.SyntaxKind.EqualsEqualsToken, '=='],
  [ts.SyntaxKind.ExclamationEqualsToken, '!='], [ts.SyntaxKind.EqualsEqualsEqualsToken, '==='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.PercentToken, '%'], [ts.SyntaxKind.AmpersandToken, '&'], [ts.SyntaxKind.BarToken, '|'], [ts.SyntaxKind.CaretToken, '^'],
  [ts.SyntaxKind.LessThanLessThanToken, '<<'], [ts.SyntaxKind.GreaterThanGreaterThanToken, '>>'],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, '>>>'], [ts.SyntaxKind.InKeyword, 'in'],
])

const assignmentOperators: ReadonlyMap<ts.SyntaxKind, string> = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusEqualsToken, '+'], [ts.SyntaxKind.MinusEqualsToken, '-'], [ts.SyntaxKind.AsteriskEqualsToken, '*'],
  [ts.SyntaxKind.SlashEqualsToken, '/'], [ts.SyntaxKind.AsteriskAsteriskEqualsToken, '**'], [ts.SyntaxKind.PercentEqualsToken, '%'],
  [ts.SyntaxKind.AmpersandEqualsToken, '&'], [ts.SyntaxKind.BarEqualsToken, '|'], [ts.SyntaxKind.CaretEqualsToken, '^'],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, '<<'], [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, '>>'],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, '>>>'],
])

/** Their left side is asked for its truth, and assigned to where that decides so. */
const logicalAssignments: ReadonlyMap<ts.SyntaxKind, ts.BinaryOperator> = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.BarBarEqualsToken, ts.SyntaxKind.BarBarToken],
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken, ts.SyntaxKind.AmpersandAmpersandToken],
])

/** -a, +a, ~a, and the one whose operand is asked for its truth. */
const prefixOperators: ReadonlyMap<ts.SyntaxKind, 'neg' | 'pos' | '~' | 'not'> = new Map([
  [ts.SyntaxKind.MinusToken, 'neg'], [ts.SyntaxKind.PlusToken, 'pos'], [ts.SyntaxKind.TildeToken, '~'], [ts.SyntaxKind.ExclamationToken, 'not'],
])

const logicalOperators: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken])

export interface OperatorTransform {
  readonly factory: ts.TransformerFactory<ts.SourceFile>
  /** The global function that the transformed script calls for each operator; a name the script itself does not use. */
  readonly helperName: string
  /** Where operators stood in the source, as offsets: places that errors point to as they are. */
  readonly offsets: ReadonlySet<number>
}

/** A name that occurs nowhere in the script. */
const findFreeName = (file: ts.SourceFile): string => {
  const taken = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) taken.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  let name = '$operate'
  for (let count = 1; taken.has(name); count++) name = `$operate${count}`
  return name
}

const isNumberLiteral = (node: ts.Node): boolean => ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)

interface Rewriter {
  readonly file: ts.SourceFile
  readonly context: ts.TransformationContext
  readonly visit: (node: ts.Expression) => ts.Expression
  /** helper(operator, …operands), as if it stood at `offset`. */
  readonly call: (operator: string, operands: readonly ts.Expression[], original: ts.Node, offset: number) => ts.Expression
}

/** Without parentheses and types around it: what an assignment assigns to. */
const findTarget = (node: ts.Expression): ts.Expression => {
  const isWrapped = ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)
    || ts.isSatisfiesExpression(node) || ts.isTypeAssertionExpression(node)
  return isWrapped ? findTarget(node.expression) : node
}

/** Evaluates an expression once, before anything else: `before` gets the assignment, the result is the variable. */
const keepInVariable = ({ context }: Rewriter, value: ts.Expression, before: ts.Expression[]): ts.Identifier => {
  const variable = context.factory.createTempVariable(context.hoistVariableDeclaration)
  before.push(context.factory.createAssignment(variable, value))
  return variable
}

/**
 * `target op= value` as `target = target op value`, `target ||= value` as `target || (target = value)`, with object and key of the target
 * evaluated once and first, as in JavaScript.
 */
const rewriteAssignment = (rewriter: Rewriter, node: ts.BinaryExpression, operator: string | ts.BinaryOperator): ts.Expression => {
  const { file, context: { factory }, visit, call } = rewriter
  const offset = node.operatorToken.getStart(file)
  const target = findTarget(node.left)
  const before: ts.Expression[] = []
  const isFixed = ({ kind }: ts.Expression): boolean => kind === ts.SyntaxKind.SuperKeyword || kind === ts.SyntaxKind.ThisKeyword
  const keepObject = (object: ts.Expression): ts.Expression => (isFixed(object) ? object : keepInVariable(rewriter, visit(object), before))
  const keepKey = (key: ts.Expression): ts.Expression =>
    keepInVariable(rewriter, call('key', [visit(key)], key, key.getStart(file)), before)
  const createTarget = (): (() => ts.Expression) => {
    if (ts.isPropertyAccessExpression(target)) {
      const object = keepObject(target.expression)
      return () => factory.createPropertyAccessExpression(object, target.name)
    }
    if (ts.isElementAccessExpression(target)) {
      const object = keepObject(target.expression)
      const key = keepKey(target.argumentExpression)
      return () => factory.createElementAccessExpression(object, key)
    }
    return () => target
  }
  const place = createTarget()
  const assignment = typeof operator === 'string'
    ? factory.createAssignment(place(), call(operator, [place(), visit(node.right)], node, offset))
    : factory.createParenthesizedExpression(factory.createBinaryExpression(
      call('truth', [place()], node, offset), operator,
        factory.createParenthesizedExpression(factory.createAssignment(place(), visit(node.right))),
    ))
  if (before.length === 0) return ts.setTextRange(assignment, node)
  return factory.createParenthesizedExpression(factory.createCommaListExpression([...before, assignment]))
}

/** The expression whose truth decides what a piece of syntax does; null for syntax that decides nothing. */
const findCondition = (node: ts.Node): ts.Expression | null => {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition ?? null
  return ts.isPrefixUnaryExpression(node) && prefixOperators.get(node.operator) === 'not' ? node.operand : null
}

const isAccess = (node: ts.Node): node is ts.PropertyAccessExpression | ts.ElementAccessExpression =>
  ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)

/** `Array(n)` and `new Array(n)`, where n is a length. */
const isArrayOfLength = (node: ts.Node): node is ts.CallExpression | ts.NewExpression =>
  (ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression) && node.expression.text === 'Array'
  && node.arguments?.length === 1 && !ts.isSpreadElement(node.arguments[0] as ts.Expression)

interface Asked {
  /** What the helper is to see to first. */
  readonly question: 'truth' | 'case' | 'throw' | 'spread' | 'key' | 'delete' | 'names' | 'length'
  readonly expression: ts.Expression
}

/** An expression that a piece of syntax takes as it is; null for other syntax. */
const findAsked = (node: ts.Node): Asked | null => {
  if (ts.isSwitchStatement(node) || ts.isCaseClause(node)) return { question: 'case', expression: node.expression }
  if (ts.isThrowStatement(node)) return { question: 'throw', expression: node.expression }
  if (ts.isSpreadAssignment(node)) return { question: 'spread', expression: node.expression }
  if (ts.isForInStatement(node)) return { question: 'names', expression: node.expression }
  if (ts.isDeleteExpression(node) && isAccess(node.expression)) return { question: 'delete', expression: node.expression.expression }
  if (ts.isElementAccessExpression(node) && !ts.isLiteralExpression(node.argumentExpression)) return { question: 'key',
    expression: node.argumentExpression }
  if (isArrayOfLength(node)) return { question: 'length', expression: node.arguments?.[0] as ts.Expression }
  if (ts.isBinaryExpression(node) && logicalOperators.has(node.operatorToken.kind)) return { question: 'truth', expression: node.left }
  const condition = findCondition(node)
  return condition === null ? null : { question: 'truth', expression: condition }
}

const replaceObject = (factory: ts.NodeFactory, access: ts.Expression, object: ts.Expression): ts.Expression =>
  (ts.isElementAccessExpression(access)
    ? factory.updateElementAccessExpression(access, object, access.argumentExpression)
    : factory.updatePropertyAccessExpression(access as ts.PropertyAccessExpression, object, (access as ts.PropertyAccessExpression).name))

/** Puts something else in the place of what findAsked found. */
const replaceAsked = (factory: ts.NodeFactory, node: ts.Node, asked: ts.Expression): ts.Node => {
  if (ts.isIfStatement(node)) return factory.updateIfStatement(node, asked, node.thenStatement, node.elseStatement)
  if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, asked, node.statement)
  if (ts.isDoStatement(node)) return factory.updateDoStatement(node, node.statement, asked)
  if (ts.isForStatement(node)) return factory.updateForStatement(node, node.initializer, asked, node.incrementor, node.statement)
  if (ts.isPrefixUnaryExpression(node)) return factory.updatePrefixUnaryExpression(node, asked)
  if (ts.isBinaryExpression(node)) return factory.updateBinaryExpression(node, asked, node.operatorToken, node.right)
  if (ts.isSwitchStatement(node)) return factory.updateSwitchStatement(node, asked, node.caseBlock)
  if (ts.isCaseClause(node)) return factory.updateCaseClause(node, asked, node.statements)
  if (ts.isThrowStatement(node)) return factory.updateThrowStatement(node, asked)
  if (ts.isSpreadAssignment(node)) return factory.updateSpreadAssignment(node, asked)
  if (ts.isForInStatement(node)) return factory.updateForInStatement(node, node.initializer, asked, node.statement)
  if (ts.isDeleteExpression(node)) return factory.updateDeleteExpression(node, replaceObject(factory, node.expression, asked))
  if (ts.isElementAccessExpression(node)) return factory.updateElementAccessExpression(node, node.expression, asked)
  if (ts.isCallExpression(node)) return factory.updateCallExpression(node, node.expression, node.typeArguments, [asked])
  if (ts.isNewExpression(node)) return factory.updateNewExpression(node, node.expression, node.typeArguments, [asked])
  const { questionToken, whenTrue, colonToken, whenFalse } = node as ts.ConditionalExpression
  return factory.updateConditionalExpression(node as ts.ConditionalExpression, asked, questionToken, whenTrue, colonToken, whenFalse)
}

/**
 * Asks about each condition, which JavaScript would take a tensor for true in, about what switch compares by identity, an object spreads
 * by its keys, brackets take for a name and delete leaves a hole in; and notes where something is thrown, for things that do not know where
 * they were made.
 */
const rewriteAsked = ({ file, context: { factory }, call }: Rewriter, original: ts.Node, node: ts.Node): ts.Node => {
  const [written, visited] = [findAsked(original), findAsked(node)]
  if (written === null || visited === null) return node
  const { question, expression } = written
  return replaceAsked(factory, node, call(question, [visited.expression], expression, expression.getStart(file)))
}

/** `list[place] = value`, which asks about the place; null for all else. */
const rewritePlace = (rewriter: Rewriter, node: ts.BinaryExpression): ts.Expression | null => {
  const { file, context: { factory }, visit, call } = rewriter
  const target = findTarget(node.left)
  if (ts.tokenToString(node.operatorToken.kind) !== '=' || !ts.isElementAccessExpression(target)) return null
  const { expression, argumentExpression } = target
  if (expression.kind === ts.SyntaxKind.SuperKeyword) return null
  const object = factory.createTempVariable(rewriter.context.hoistVariableDeclaration)
  const kept = factory.createParenthesizedExpression(factory.createAssignment(object, visit(expression)))
  const place = call('place', [object, visit(argumentExpression)], argumentExpression, argumentExpression.getStart(file))
  return ts.setTextRange(factory.createAssignment(factory.createElementAccessExpression(kept, place), visit(node.right)), node)
}

/** `typeof x === 'number'`, which asks whether x is a tensor, a number to the editor; null for any other type. */
const rewriteType = ({ file, context: { factory }, visit, call }: Rewriter, node: ts.TypeOfExpression): ts.Expression | null => {
  const { expression, parent } = node
  const isNumber = (side: ts.Expression): boolean => ts.isStringLiteralLike(side) && side.text === 'number'
  if (!ts.isBinaryExpression(parent) || ![parent.left, parent.right].some(isNumber)) return null
  const typeOf = (): ts.Expression => factory.createTypeOfExpression(expression)
  // A name that is not defined has a type, but no value.
  if (ts.isIdentifier(expression)) {
    const isThere = factory.createStrictEquality(typeOf(), factory.createStringLiteral('object'))
    return call('type', [typeOf(), factory.createLogicalAnd(isThere, expression)], node, node.getStart(file))
  }
  return ts.setTextRange(factory.createTypeOfExpression(call('typed', [visit(expression)], expression, node.getStart(file))), node)
}

/** `const { length } = x`, of which the interpreter names another place: each name is asked for first, where x stands. */
const rewritePattern = (
  { file, context, visit, call }: Rewriter, node: ts.VariableDeclaration, pattern: ts.ObjectBindingPattern, initializer: ts.Expression,
  visitor: ts.Visitor,
): ts.VariableDeclaration => {
  const { factory } = context
  const names = pattern.elements.flatMap(({ dotDotDotToken, propertyName, name }) => {
    const asked = propertyName ?? name
    return dotDotDotToken === undefined && ts.isIdentifier(asked) ? [factory.createStringLiteral(asked.text)] : []
  })
  const asked = call('members', [visit(initializer), factory.createArrayLiteralExpression(names)], initializer, initializer.getStart(file))
  return factory.updateVariableDeclaration(node, ts.visitEachChild(pattern, visitor, context), undefined, undefined, asked)
}

const rewriteOperator = (rewriter: Rewriter, node: ts.Node): ts.Expression | null => {
  const { file, visit, call } = rewriter
  if (ts.isTypeOfExpression(node)) return rewriteType(rewriter, node)
  if (ts.isBinaryExpression(node)) {
    const placed = rewritePlace(rewriter, node)
    if (placed !== null) return placed
    const assigned = assignmentOperators.get(node.operatorToken.kind) ?? logicalAssignments.get(node.operatorToken.kind)
    if (assigned !== undefined) return rewriteAssignment(rewriter, node, assigned)
    const operator = binaryOperators.get(node.operatorToken.kind)
    if (operator === undefined || ts.isPrivateIdentifier(node.left)) return null
    return call(operator, [visit(node.left), visit(node.right)], node, node.operatorToken.getStart(file))
  }
  const prefix = ts.isPrefixUnaryExpression(node) && !isNumberLiteral(node.operand) ? prefixOperators.get(node.operator) : undefined
  if (prefix === undefined || prefix === 'not') return null
  return call(prefix, [visit((node as ts.PrefixUnaryExpression).operand)], node, node.getStart(file))
}

/**
 * Rewrites operators into calls of one global function, which does JavaScript's own for anything but tensors (prelude.ts): the
 * order in which operands are evaluated, what is evaluated at all, and what a plain operator gives stay what they were. Enums are left
 * alone: their values are computed by the compiler.
 */
export const createOperatorTransform = (file: ts.SourceFile): OperatorTransform => {
  const helperName = findFreeName(file)
  const offsets = new Set<number>()
  const factory: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const call: Rewriter['call'] = (operator, operands, original, offset) => {
      offsets.add(offset)
      const helper = context.factory.createIdentifier(helperName)
      const node = context.factory.createCallExpression(helper, undefined, [context.factory.createStringLiteral(operator), ...operands])
      // The interpreter names the place of the call's bracket: both ends of the name before it stand where the operator stood.
      ts.setSourceMapRange(helper, { pos: offset, end: offset })
      return ts.setTextRange(node, original)
    }
    const rewriter: Rewriter = { file, context, call, visit: (node) => ts.visitNode(node, visitor) as ts.Expression }
    const visitor = (node: ts.Node): ts.Node => {
      if (ts.isEnumDeclaration(node) || ts.isTypeNode(node)) return node
      if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && node.initializer !== undefined) {
        return rewritePattern(rewriter, node, node.name, node.initializer, visitor)
      }
      return rewriteOperator(rewriter, node) ?? rewriteAsked(rewriter, node, ts.visitEachChild(node, visitor, context))
    }
    return (source) => ts.visitEachChild(source, visitor, context)
  }
  return { factory, helperName, offsets }
}
