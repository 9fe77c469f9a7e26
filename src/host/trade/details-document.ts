import { keccak256, toUtf8Bytes } from 'ethers'
import type { DatasetDescription } from '../../compute/columns.ts'
import { packedGroups } from '../../compute/packed-program.ts'
import { detailsSchema, type Details, type TensorCommitment } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'

/** The bytes a seller serves for a listing: what is hashed is exactly what is sent. */
export const encodeDetails = (details: Details): string => `${JSON.stringify(details, null, 2)}\n`

/** `detailsHash` on the contract: keccak256 of the bytes served (protocol.md). */
export const hashDetails = (text: string): string => keccak256(toUtf8Bytes(text))

/** The listing's real table (or another of its tables) as compute/ and policy/ see it. */
export const describeDataset = (
  { columns, dataset }: Details, { rows, key, root, packed }: TensorCommitment = dataset,
): DatasetDescription => ({ rows, columns, keyBits: key.bits, datasetRoot: root, ...(packed === undefined ? {} : { packed }) })

const assertConsistent = (details: Details): void => {
  const [rows, columns] = details.num_rows
  const contradictions: readonly (readonly [boolean, string])[] = [
    [rows === details.dataset.rows && columns === details.dataset.columns, 'num_rows and the dataset disagree'],
    [columns === details.columns.length && columns === details.test.columns, 'the columns and num_rows disagree'],
    [details.condition === details.policy.condition, 'condition and the policy disagree'],
    [details.dataset.key.keyId !== details.test.key.keyId && details.dataset.key.n !== details.test.key.n,
      'test data stands under the key of the real data'],
    [new Set(details.columns.map((column) => column.name)).size === columns, 'two columns have the same name'],
    [details.columns.every((column) => column.lower <= column.upper), 'a column\'s lower bound is above its upper one'],
  ]
  const found = contradictions.find(([holds]) => !holds)
  if (found !== undefined) throw new AppError('input.details-invalid', `The details document contradicts itself: ${found[1]}.`)
  packedGroups(describeDataset(details))
}

/** Of C0 and C1 all but a line break and a tab; and what turns the words after it around, until it is closed: also ours, behind a title. */
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
const breaks = /[\t\n\r\u2028\u2029]/

/** Texts by their paths, and whether they are of one line. */
const listWords = ({ title, description, columns }: Pick<Details, 'title' | 'description' | 'columns'>): readonly (readonly [path: string, text: string, isLine: boolean])[] => [
  ['title', title, true],
  ['description', description, false],
  ...columns.flatMap(({ name, unit, description: about, categories }, index) => [
    [`columns.${index}.name`, name, true] as const,
    [`columns.${index}.unit`, unit, true] as const,
    [`columns.${index}.description`, about, false] as const,
    ...categories.map((category, code) => [`columns.${index}.categories.${code}`, category, true] as const),
  ]),
]

/**
 * What is offered from now on: titles, names, units and categories in one line, and no control characters but a description's line breaks
 * and tabs. The marks U+200E and U+200F may stand, as Arabic and Hebrew need them: they turn nothing around but the signs beside them.
 * One that was bought or listed before stays readable, with its evidence. Throws `code`.
 */
export const assertPlainWords = (words: Pick<Details, 'title' | 'description' | 'columns'>, code: 'input.details-invalid' | 'input.invalid' = 'input.details-invalid'): void => {
  const found = listWords(words).find(([, text, isLine]) => controls.test(text) || (isLine && breaks.test(text)))
  if (found === undefined) return
  const [path, , isLine] = found
  throw new AppError(code, `The listing's ${path} holds ${isLine ? 'a line break or another' : 'a'} control character, or one that turns text around.`, { details: { path } })
}

/** Reads a details document from the network. Throws `input.details-invalid`. */
export const parseDetails = (text: string): Details => {
  const details = parseJsonAs(detailsSchema, text, 'the details document', 'input.details-invalid')
  assertConsistent(details)
  return details
}
