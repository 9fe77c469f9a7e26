import ts from 'typescript'
import { parametersOf } from './parameters.ts'

/** `mean(axis=0)` assigns to a variable here, and would hand over 0 in the first place, whatever its name. Null for all other syntax. */
export const refuseNamedArgument = (node: ts.Node): string | null => {
  const isAssignment = ts.isBinaryExpression(node) && ts.tokenToString(node.operatorToken.kind) === '='
  if (!isAssignment || !ts.isIdentifier(node.left)) return null
  const call = node.parent
  if (!ts.isCallExpression(call) || !call.arguments.includes(node)) return null
  const method = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : ''
  const name = node.left.text
  const instead = parametersOf(method).includes(name)
    ? `arguments with names go in braces, ${method}({ ${name}: … })`
    : 'arguments have no names here, they go by their place'
  return `\`${name} =\` would set a variable: ${instead}`
}

const words: Readonly<Record<string, string>> = {
  and: '`a and b` is `a && b` of plain values, a & b of conditions on tensors', or: '`a or b` is `a || b` of plain values, a | b of conditions on tensors',
  not: '`not a` is `!a` of a plain value, ~a of a condition on tensors', lambda: '`lambda x: x * 2` is `(x) => x * 2`',
  def: '`def f(x):` is `const f = (x: Tensor) => …`', if: '`a if c else b` is `c ? a : b`, of tensors a.where(c, b)', in: '`a in list` is `list.includes(a)`',
  elif: '`elif` is `else if`', pass: 'an empty block is `{}`',
}

/** `1:3, :` as what slice() takes; null where it is more than numbers and names. */
const toSliceArguments = (ranges: string): string | null => {
  const parts = ranges.split(',').map((part) => part.trim())
  if (parts.some((part) => !/^[-\w\s:]+$/.test(part)) || !parts[0]?.includes(':')) return null
  const bounds = (part: string): string => `[${part.split(':').map((bound) => bound.trim() || 'null').join(', ')}]`
  return parts.map((part) => (/^[:\s]+$/.test(part) ? 'null' : part.includes(':') ? bounds(part) : part)).join(', ')
}

const describeRanges = (before: string, after: string): string | null => {
  const inBrackets = /[\w$)\]]\s*\[([^[\]]*)$/.exec(before)
  if (inBrackets === null || !after.startsWith(':')) return null
  const ranges = `${inBrackets[1]}${after.slice(0, after.indexOf(']'))}`
  const call = after.includes(']') ? toSliceArguments(ranges) : null
  const example = call === null ? '`x[1:3, 2]` is `x.slice([1, 3], 2)`' : `\`x[${ranges}]\` is \`x.slice(${call})\``
  return `brackets take one number here; ranges go to slice: ${example}`
}

/** `[v * 2 for v in a if c]` as JavaScript writes it. */
const describeComprehension = (before: string, after: string): string | null => {
  const [, name, list] = /^for\s+(\w+)\s+in\s+([\w.]+(?:\([^()]*\))?)/.exec(after) ?? []
  const [, made] = /[[({]\s*([^[({]*(?:\([^()]*\)[^[({]*)*)$/.exec(before) ?? []
  if (list === undefined) return after.startsWith('for ') && made !== undefined ? 'what Python makes of a list by `for` is [...a].map((v) => v * 2) here' : null
  if (made === undefined || made.trim() === '') return null
  const range = /^range\(([^,()]+)\)$/.exec(list)?.[1]
  const call = range === undefined ? `[...${list}].map((${name}) => ${made.trim()})` : `Array.from({ length: ${range} }, (_, ${name}) => ${made.trim()})`
  return `\`${made.trim()} for ${name} in ${list}\` is \`${call}\` here; of all cells of a tensor at once, operators and methods: \`a * 2\``
}

/** What Python, NumPy or a shell would have made of the text on both sides of where TypeScript stumbled; null where that is unknown. */
export const describePythonSyntax = (before: string, after: string): string | null => {
  if (after.startsWith('@')) return '`a @ b` is `a.matmul(b)` here'
  if (after.startsWith('#')) return 'a comment begins with // here'
  if (/^\d{3}\b/.test(after) ? /\d,$/.test(before) : /^,\d{3}\b/.test(after) && /\d$/.test(before)) return '1,500 is written 1500, or 1_500, here'
  if (/\bf$/.test(before) && /^["']/.test(after)) return 'f"{a}" is `${a}`, in backticks, here, of a plain value; a tensor stands beside its text in the answer, ["mean", x.mean()]'
  const comprehension = describeComprehension(before, after)
  if (comprehension !== null) return comprehension
  const ranges = describeRanges(before, after)
  if (ranges !== null) return ranges
  const word = [/^(\w+)/.exec(after), /(\w+)\s+$/.exec(before)].map((match) => match?.[1] ?? '').find((found) => Object.hasOwn(words, found))
  return word === undefined ? null : words[word] ?? null
}
