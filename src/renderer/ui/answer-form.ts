import { csvCell } from '../../shared/csv.ts'
import type { AnswerJson } from '../../shared/window-contract/base.ts'

/** How a value of an answer can be drawn. */
export type AnswerForm =
  | { readonly form: 'number', readonly value: number }
  | { readonly form: 'list', readonly values: readonly number[] }
  | { readonly form: 'table', readonly rows: readonly (readonly number[])[] }
  | { readonly form: 'words', readonly text: string }

export interface NamedAnswer { readonly name: string, readonly of: AnswerForm }

const isNumbers = (value: AnswerJson): value is number[] => Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')

const readForm = (value: AnswerJson): AnswerForm => {
  if (typeof value === 'number') return { form: 'number', value }
  if (isNumbers(value)) return { form: 'list', values: value }
  if (Array.isArray(value) && value.length > 0 && value.every(isNumbers)) return { form: 'table', rows: value }
  return { form: 'words', text: typeof value === 'string' ? value : JSON.stringify(value) }
}

const walk = (name: string, value: AnswerJson): readonly NamedAnswer[] =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, item]) => walk(name === '' ? key : `${name}.${key}`, item))
    : [{ name: name === '' ? 'answer' : name, of: readForm(value) }]

/** Every named value of an answer, in the script's order. */
export const readAnswerForms = (answer: AnswerJson): readonly NamedAnswer[] => walk('', answer)

/** Names for a list's entries: the columns', where there is one for each. */
export const labelsFor = (count: number, columns: readonly string[]): readonly string[] =>
  count === columns.length ? columns : Array.from({ length: count }, (_, index) => String(index))

const asRows = ({ name, of }: NamedAnswer, columns: readonly string[]): readonly (readonly (string | number)[])[] => {
  switch (of.form) {
    case 'number': return [[name, of.value]]
    case 'list': return of.values.map((value, index) => [`${name}.${labelsFor(of.values.length, columns)[index] ?? ''}`, value])
    case 'table': return of.rows.map((row, index) => [`${name}.${index}`, ...row])
    case 'words': return [[name, of.text]]
  }
}

/** One line for each value; `separator` a comma for files, a tab for the clipboard. */
export const answerAsText = (answer: AnswerJson, columns: readonly string[], separator: ',' | '\t'): string =>
  readAnswerForms(answer).flatMap((named) => asRows(named, columns)).map((row) => row.map((cell) => (typeof cell === 'number' ? String(cell) : csvCell(cell))).join(separator)).join('\n')
