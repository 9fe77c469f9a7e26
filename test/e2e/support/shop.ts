import type { EncryptOptions } from '../../../src/host/datasets/dataset-service.ts'
import type { Host } from '../../../src/host/index.ts'
import type { ListingDraft } from '../../../src/host/seller/listing-service.ts'
import type { StoredListing } from '../../../src/host/seller/listing-store.ts'

/** Twelve rows of numbers with decimals and negatives: enough for groups of four, and encrypted in a moment. */
export const tableRows: readonly (readonly [wage: number, hours: number, score: number])[] = [
  [12.5, 40, -3], [10, 38.25, 4], [11.75, 41, 5], [9.5, 37, 6], [14, 36, -7], [13.25, 35, 8],
  [8.75, 42, 0], [15.5, 20, -1], [7.25, 44.5, 2], [16, 38, 3], [12, 39.75, -4], [10.5, 40, 1],
]
export const tableCsv = ['wage,hours,score', ...tableRows.map((row) => row.join(','))].join('\n')

/** What a buyer asks in these tests, and what must come back. */
export const script = {
  fileName: 'answer.ts',
  source: 'export default { meanWage: data.col(\'wage\').mean(), totals: data.sum(0) }\n',
}
const sumOf = (column: 0 | 1 | 2): number => tableRows.reduce((sum, row) => sum + row[column], 0)
export const expectedAnswer = { meanWage: sumOf(0) / tableRows.length, totals: [sumOf(0), sumOf(1), sumOf(2)] }

/** A script that the listings of these tests refuse: one row, told apart from all others. */
export const refusedScript = { fileName: 'refused.ts', source: 'export default data.col(\'wage\').get(3)\n' }

/** The table, or another, encrypted, with test data; under the shortest keys there are. */
export const prepareDataset = async (
  host: Host, name = 'wages',
  { text = tableCsv, testRows = 8, ...options }: Pick<EncryptOptions, 'packed'> & { readonly text?: string; readonly testRows?: number } = {},
): Promise<void> => {
  await host.datasets.importTable({ name, text })
  host.datasets.createTestData(name, { rows: testRows })
  await host.datasets.encrypt(name, { keyBits: 2048, ...options })
  await host.datasets.encryptTestData(name, { keyBits: 2048 })
}

export const valueWei = 1_000_000_000_000_001n

export const publishListing = async (host: Host, serverUrl: string, draft: Partial<ListingDraft> = {}): Promise<StoredListing> => {
  const { listings } = await host.trade()
  const { id } = await listings.create({ dataset: 'wages', valueWei, serverUrl, ...(draft.mode === 'private' ? {} : { minRows: 4 }), ...draft })
  return listings.publish(id)
}
