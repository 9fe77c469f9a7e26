import type { AnswerValue } from './backend.ts'
import { valueAt, type ReferenceArray } from './reference-array.ts'
import { createReferenceBackend, type ReferenceTable } from './reference-backend.ts'
import { runScript, type JsonValue, type ScriptRun } from './run-script.ts'

const isReferenceArray = (answer: AnswerValue<ReferenceArray>): answer is ReferenceArray =>
  typeof answer === 'object' && answer !== null && 'values' in answer && answer.values instanceof Float64Array

/** What no JSON number can say is said in words, as where answers are read. */
const toJsonNumber = (result: number): JsonValue => (Number.isFinite(result) ? result : String(result))

const nest = (array: ReferenceArray, index: readonly number[] = []): JsonValue => {
  const length = array.shape[index.length]
  if (length === undefined) return toJsonNumber(valueAt(array, index))
  return Array.from({ length }, (_, position) => nest(array, [...index, position]))
}

const toJson = (answer: AnswerValue<ReferenceArray>): JsonValue => {
  if (isReferenceArray(answer)) return nest(answer)
  if (Array.isArray(answer)) return answer.map((item: AnswerValue<ReferenceArray>) => toJson(item))
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).map(([key, item]) => [key, toJson(item)]))
}

export interface ReferenceRun extends ReferenceTable, Pick<ScriptRun<ReferenceArray>, 'source' | 'fileName' | 'listing' | 'readOwnMilliseconds'> {}

/**
 * The answer a script would have on the plain table: numbers for single cells, nested lists for larger tensors. Throws as
 * runScript does.
 */
export const evaluateReference = async ({ columns, rows: table, ...run }: ReferenceRun): Promise<JsonValue> => {
  const { answer } = await runScript({ ...run, backend: createReferenceBackend({ columns, rows: table }) })
  return toJson(answer)
}
