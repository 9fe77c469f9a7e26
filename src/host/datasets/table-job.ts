import { readFile } from 'node:fs/promises'
import { createCellStore, type TakeBlock } from './packed-cells.ts'
import { assembleTable, type SourceTable, type TableHead } from './source-table.ts'
import type { FileFormat, TableChoice } from './table-format.ts'

/** Reading one binary table file, for a process of its own. */
export interface TableJob {
  readonly format: Exclude<FileFormat, 'csv'>
  /** The file's path, or what stands in it. */
  readonly source: string | Uint8Array
  readonly choice: TableChoice
}

const readWhole = async ({ source }: TableJob): Promise<Uint8Array> => (typeof source === 'string' ? new Uint8Array(await readFile(source)) : source)

/** Each reader, with the package behind it, is loaded only when a file asks for it. */
export const readTableBlocks = async (job: TableJob, take: TakeBlock): Promise<TableHead> => {
  switch (job.format) {
    case 'sqlite': return (await import('./read-sqlite.ts')).readSqlite(job.source, job.choice, take)
    case 'parquet': return (await import('./read-parquet.ts')).readParquet(job.source, job.choice, take)
    case 'arrow': return (await import('./read-arrow.ts')).readArrow(await readWhole(job), job.choice, take)
    case 'excel': return (await import('./read-excel.ts')).readExcel(await readWhole(job), job.choice, take)
  }
}

/** Reads it here. */
export const readTable = async (job: TableJob): Promise<SourceTable> => {
  const store = createCellStore()
  return assembleTable(await readTableBlocks(job, store.take), store)
}
