import type { SourceTable } from './source-table.ts'
import type { FileFormat, TableChoice } from './table-format.ts'

/** Reading one binary table file, for a thread of its own. */
export interface TableJob {
  readonly format: Exclude<FileFormat, 'csv'>
  /** SQLite opens the file itself; the other formats come whole. */
  readonly source: string | Uint8Array
  readonly choice: TableChoice
}

const bytesOf = ({ source }: TableJob): Uint8Array => (typeof source === 'string' ? Buffer.from(source) : source)

/** Each reader, with the package behind it, is loaded only when a file asks for it. */
export const readTable = async (job: TableJob): Promise<SourceTable> => {
  switch (job.format) {
    case 'sqlite': return (await import('./read-sqlite.ts')).readSqlite(job.source, job.choice)
    case 'parquet': return (await import('./read-parquet.ts')).readParquet(bytesOf(job), job.choice)
    case 'arrow': return (await import('./read-arrow.ts')).readArrow(bytesOf(job), job.choice)
    case 'excel': return (await import('./read-excel.ts')).readExcel(bytesOf(job), job.choice)
  }
}
