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
    [details.dataset.key.keyId !== details.test.key.keyId && details.dataset.key.n !== details.test.key.n, 'test data stands under the key of the real data'],
    [new Set(details.columns.map((column) => column.name)).size === columns, 'two columns have the same name'],
    [details.columns.every((column) => column.lower <= column.upper), 'a column\'s lower bound is above its upper one'],
  ]
  const found = contradictions.find(([holds]) => !holds)
  if (found !== undefined) throw new AppError('input.details-invalid', `The details document contradicts itself: ${found[1]}.`)
  packedGroups(describeDataset(details))
}

/**
 * What is offered from now on: a title in one line, and no control characters but a description's line breaks and tabs. One that was bought
 * or listed before stays readable, with its evidence. Throws `code`.
 */
export const assertPlainWords = ({ title, description }: Pick<Details, 'title' | 'description'>, code: 'input.details-invalid' | 'input.invalid' = 'input.details-invalid'): void => {
  const inDescription = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(description) ? 'description' : null
  const found = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(title) ? 'title' : inDescription
  if (found === null) return
  throw new AppError(code, `The listing's ${found} holds ${found === 'title' ? 'a line break or another' : 'a'} control character.`, { details: { path: found } })
}

/** Reads a details document from the network. Throws `input.details-invalid`. */
export const parseDetails = (text: string): Details => {
  const details = parseJsonAs(detailsSchema, text, 'the details document', 'input.details-invalid')
  assertConsistent(details)
  return details
}
