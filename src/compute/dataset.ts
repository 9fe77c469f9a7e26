import type { DatasetDescription } from './columns.ts'
import { findTableColumns } from './products.ts'
import { columnsState } from './selection.ts'
import { createDatasetState } from './state.ts'
import { Tensor } from './tensor.ts'

/** A described table together with the tensor that stands for it: rows × columns, row by row, without the second moments beside them. */
export interface Dataset extends DatasetDescription {
  readonly data: Tensor
}

/** Throws `input.tensor-overflow` where the declared bounds do not fit the key, `input.tensor-too-large` beyond 2^24 cells. */
export const createDataset = ({ rows, columns, keyBits, datasetRoot }: DatasetDescription): Dataset => {
  const description = { rows, columns, keyBits, datasetRoot }
  const whole = createDatasetState(description)
  const table = findTableColumns(columns)
  return { ...description, data: new Tensor(table.length === columns.length ? whole : columnsState('createDataset', whole, table)) }
}
