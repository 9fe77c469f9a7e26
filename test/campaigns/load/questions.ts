import { createDataset } from '../../../src/compute/dataset.ts'
import { createCellEncoder } from '../../../src/compute/products.ts'
import { deriveProgram, evaluateProgramOnIntegers } from '../../../src/compute/program.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { computeOnDataset } from '../../../src/host/buyer/compute.ts'
import type { EncryptedResult } from '../../../src/host/buyer/purchase-store.ts'
import { createTensorSource } from '../../../src/host/datasets/tensor-source.ts'
import { ciphertextLengthOf } from '../../../src/host/datasets/tensor-wire.ts'
import { describeDataset } from '../../../src/host/trade/details-document.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { tableOf } from './seller.ts'

/** What a buyer asks, what must be sent with it, and what must come back. */
export interface Question {
  readonly program: Program
  readonly result: EncryptedResult
  readonly integers: readonly bigint[]
}

/** One question for each column: its mean, computed on the downloaded chunks, and by plain integers. */
export const createQuestions = async (details: Details, chunks: readonly Uint8Array[], engine: Engine): Promise<readonly Question[]> => {
  const { rows, columns, chunkRows } = details.dataset
  const { data } = createDataset(describeDataset(details))
  const source = createTensorSource({
    rows, columns, chunkRows, ciphertextLength: ciphertextLengthOf(details.dataset),
    readChunk: (index) => {
      const chunk = chunks[index]
      if (chunk === undefined) throw new Error(`chunk ${index} was not downloaded`)
      return chunk
    },
  })
  const table = tableOf(rows)
  const encodeCell = createCellEncoder(details.columns)
  const readCell = (cell: number): bigint => encodeCell(table[cell % rows] ?? [], Math.floor(cell / rows))
  const questions: Question[] = []
  for (let column = 0; column < columns; column += 1) {
    const program = deriveProgram(data.col(column).mean(), createDataset(describeDataset(details)))
    const result = await computeOnDataset(program, details, source, engine, () => new Date())
    questions.push({ program, result, integers: evaluateProgramOnIntegers(program, readCell) })
  }
  return questions
}
