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
export const refuseSilentFunction = (node: ts.Node): string | null => {
  const isCallback = isFunction(node) && ts.isBlock(node.body) && ts.isCallExpression(node.parent) && node.parent.arguments[0] === node
  if (!isCallback || !ts.isPropertyAccessExpression(node.parent.expression)) return null
  const method = node.parent.expression.name.text
  if (!asking.has(method) || node.asteriskToken !== undefined || givesBack(node.body)) return null
  return `this function gives nothing back to ${method}: (v) => v * 2 does, and so does (v) => { return v * 2 }`
}

/** What a condition is; before `?` an assignment has brackets anyway. */
const conditionOf = (node: ts.Node): ts.Expression | undefined => {
  if (ts.isIfStatement(node)) return node.expression
  if (!ts.isConditionalExpression(node)) return undefined
  return ts.isParenthesizedExpression(node.condition) ? node.condition.expression : node.condition
}

/** `if (a = 3)` sets a, and asks whether 3 is true; in brackets of its own it is meant. Null for all other syntax. */
export const refuseAssignedCondition = (node: ts.Node): string | null => {
  const condition = conditionOf(node)
  const isAssignment = condition !== undefined && ts.isBinaryExpression(condition)
    && ts.tokenToString(condition.operatorToken.kind) === '='
  return isAssignment ? '`=` sets a variable, also in a condition: a == b compares' : null
}
