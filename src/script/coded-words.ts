import { findNearest } from '../compute/suggest.ts'
import { Tensor } from '../compute/tensor.ts'
import { dateUnit } from '../shared/dates.ts'
import type { Column } from '../shared/schemas/details.ts'

const operators: Readonly<Record<string, string>> = { eq: '==', ne: '!=', gt: '>', lt: '<', ge: '>=', le: '<=' }

const mostWords = 12

/** The column whose cells these are, where they are of one alone and as the table holds them. */
const columnOf = (tensor: unknown): Column | null => {
  if (!(tensor instanceof Tensor) || tensor.node.kind !== 'input') return null
  const { dataset: { rows, columns }, node: { cells } } = tensor
  const column = Math.floor((cells[0] ?? -1) / rows)
  return cells.every((cell) => Math.floor(cell / rows) === column) ? columns[column] ?? null : null
}

const sayWord = ({ name, categories }: Column, operator: string, text: string): string => {
  const all = `${categories.slice(0, mostWords).map((word, at) => `${at} = ${word}`).join(', ')}${categories.length > mostWords ? ', …' : ''}`
  const meant = categories.includes(text) ? text : findNearest(text, categories)
  const written = meant === null ? '' : `${operator} ${categories.indexOf(meant)}`
  const write = meant === text ? `: write ${written}` : `, and none for it${meant === null ? '' : `: did you mean ${JSON.stringify(meant)}, written ${written}?`}`
  return `. The column "${name}" holds a number for each word${write} (${all})`
}

/** The number of a text in the column of words or dates that it stands beside, in words; nothing where it stands beside no such column. */
export const sayCode = (method: string, beside: unknown, text: string): string => {
  const operator = operators[method]
  const column = operator === undefined ? null : columnOf(beside)
  if (operator === undefined || column === null) return ''
  if (column.categories.length > 0) return sayWord(column, operator, text)
  const days = /^\d{4}-\d{2}-\d{2}$/.test(text) && column.unit === dateUnit ? Date.parse(text) / 86_400_000 : Number.NaN
  return Number.isNaN(days) ? '' : `. The column "${column.name}" holds days since 1970-01-01: write ${operator} ${days}`
}
