import ts from 'typescript'

/** Methods of lists that take what their function gives back; without, they find nothing, or everything. */
const asking: ReadonlySet<string> = new Set([
  'map', 'flatMap', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'some', 'every', 'reduce', 'reduceRight', 'sort', 'toSorted',
])

const isFunction = (node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression =>
  ts.isArrowFunction(node) || ts.isFunctionExpression(node)

/** Whether a function's own statements give something back, or end it by an error. */
const givesBack = (body: ts.Node): boolean => {
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false
    if (ts.isReturnStatement(node)) return node.expression !== undefined
    return ts.isThrowStatement(node) || ts.forEachChild(node, visit) === true
  }
  return ts.forEachChild(body, visit) === true
}

/** `list.filter((v) => { v > 2 })` keeps nothing: the braces are a block, which gives nothing back. Null for all other syntax. */
const refuseSilentFunction = (node: ts.Node): string | null => {
  const isCallback = isFunction(node) && ts.isBlock(node.body) && ts.isCallExpression(node.parent) && node.parent.arguments[0] === node
  if (!isCallback || !ts.isPropertyAccessExpression(node.parent.expression)) return null
  const method = node.parent.expression.name.text
  if (!asking.has(method) || node.asteriskToken !== undefined || givesBack(node.body)) return null
  return `this function gives nothing back to ${method}: (v) => v * 2 does, and so does (v) => { return v * 2 }`
}

/** What is written in place of a comparison; in brackets of its own it is meant. */
const isBareAssignment = (node: ts.Node): boolean => ts.isBinaryExpression(node) && ts.tokenToString(node.operatorToken.kind) === '='

/** `list.some((v) => v = 3)` is 3 for each of them. Null for all other syntax. */
const refuseAssignedItem = (node: ts.Node): string | null => {
  const isCallback = ts.isArrowFunction(node) && isBareAssignment(node.body) && ts.isCallExpression(node.parent)
    && node.parent.arguments[0] === node
  if (!isCallback || !ts.isPropertyAccessExpression(node.parent.expression) || !asking.has(node.parent.expression.name.text)) return null
  return `\`=\` sets a variable, and gives ${node.parent.expression.name.text} what it was set to: a == b compares`
}

const signOf = (node: ts.Node): string => (ts.isBinaryExpression(node) ? ts.tokenToString(node.operatorToken.kind) ?? '' : '')

/** Of an enum the compiler makes its values, with JavaScript's operators and no word of a doubt. Null for all other syntax. */
const refuseEnumOperator = (node: ts.Node): string | null => {
  if (!ts.isBinaryExpression(node)) return null
  const isFar = signOf(node) === '<<' && ts.isNumericLiteral(node.right) && Number(node.right.text) > 30
  if (signOf(node) !== '^' && signOf(node) !== '%' && !isFar) return null
  if (ts.findAncestor(node, ts.isEnumMember) === undefined) return null
  return `in an enum \`${signOf(node)}\` is computed as JavaScript does, and nobody looks: a power is a ** b, and any other number is a const's`
}

/** `x = y * 1,500` sets x to y, and 500 goes nowhere. Null for all other syntax. */
const refuseThousandsMark = (node: ts.Node): string | null => {
  const isDropped = signOf(node) === ',' && ts.isExpressionStatement(node.parent)
    && ts.isNumericLiteral((node as ts.BinaryExpression).right)
  if (!isDropped || ts.isNumericLiteral((node as ts.BinaryExpression).left)) return null
  return 'a comma ends the expression, and what stands behind it goes nowhere: 1,500 is written 1500, or 1_500'
}

/** `x⏎(y).sum()` calls x, and `x⏎[0]` is its first row. Null for all other syntax. */
const refuseNextLine = (node: ts.Node): string | null => {
  const isCall = ts.isCallExpression(node)
  if ((!isCall && !ts.isElementAccessExpression(node)) || node.questionDotToken !== undefined
    || (isCall && node.typeArguments !== undefined)) return null
  const file = node.getSourceFile()
  const between = file.text.slice(node.expression.end, isCall ? node.arguments.pos : node.argumentExpression.pos)
  if (!/\n\s*[([]$/.test(between)) return null
  const bracket = isCall ? '(' : '['
  return `a line that begins with ${bracket} goes on with the line before it, as x${isCall ? '(y)' : '[0]'}: end that line with ;`
}

const wholeKeyOf = (property: ts.ObjectLiteralElementLike): number | null => {
  const { name } = property
  if (name === undefined || !(ts.isNumericLiteral(name) || ts.isStringLiteral(name))) return null
  return /^(?:0|[1-9]\d{0,9})$/.test(name.text) ? Number(name.text) : null
}

/** `{ b: 1, 10: 2, 9: 3 }` has its keys in the order 9, 10, b. Null for all other syntax. */
const refuseKeyOrder = (node: ts.Node): string | null => {
  if (!ts.isObjectLiteralExpression(node) || node.properties.some(ts.isSpreadAssignment)) return null
  const keys = node.properties.map(wholeKeyOf)
  const isOut = keys.some((key, index) => key !== null && keys.slice(0, index).some((before) => before === null || before > key))
  return isOut ? 'JavaScript puts keys that are whole numbers first, in rising order: write them so, or keep the order by a list of pairs, [[10, a], [9, b]]' : null
}

/** What a condition is; before `?` an assignment has brackets anyway. */
const conditionOf = (node: ts.Node): ts.Expression | undefined => {
  if (ts.isIfStatement(node)) return node.expression
  if (!ts.isConditionalExpression(node)) return undefined
  return ts.isParenthesizedExpression(node.condition) ? node.condition.expression : node.condition
}

/** `if (a = 3)` sets a, and asks whether 3 is true; in brackets of its own it is meant. Null for all other syntax. */
const refuseAssignedCondition = (node: ts.Node): string | null => {
  const condition = conditionOf(node)
  return condition !== undefined && isBareAssignment(condition) ? '`=` sets a variable, also in a condition: a == b compares' : null
}

/** All of them. A new one is a function of a node that says what is wrong, or null, and a line here. */
const slips = [refuseSilentFunction, refuseAssignedItem, refuseAssignedCondition, refuseEnumOperator, refuseThousandsMark,
  refuseKeyOrder, refuseNextLine]

/** What is JavaScript, and evidently not what its author meant. Null for all other syntax. */
export const refuseSlip = (node: ts.Node): string | null => {
  for (const refuse of slips) {
    const message = refuse(node)
    if (message !== null) return message
  }
  return null
}
