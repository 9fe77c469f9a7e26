import { warnSellerOfDisputes } from '../../../shared/dispute-warnings.ts'
import { AppError } from '../../../shared/errors.ts'
import { parseAmountWei, parseDurationSeconds } from '../../../shared/units.ts'
import type { ListingDraftJson } from '../../../shared/window-contract/listings.ts'
import type { Reach } from '../serve/reaches.ts'

/** A listing as it is being written: amounts and times as they are typed. */
export interface Draft {
  readonly dataset: string
  readonly title: string
  readonly description: string
  readonly price: string
  readonly guarantee: string
  readonly delivery: string
  readonly expiration: string
  readonly arbiter: string
  readonly dispute: string
  readonly reach: Reach
  readonly serverUrl: string
  readonly minRows: number
  readonly condition: number
  readonly maxAnswerCells: number
  readonly maxAnswerBits: number
}

export const beginDraft = (dataset: string): Draft => ({
  dataset, title: dataset, description: '', price: '0.01', guarantee: '', delivery: '1h', expiration: '7d', arbiter: '', dispute: '7d', reach: 'this-computer', serverUrl: '',
  minRows: 10, condition: 1, maxAnswerCells: 200, maxAnswerBits: 192,
})

/** The reading of a field, or why it cannot be read. */
export interface Reading<Value> { readonly value: Value | null, readonly problem: string | null }

const readField = <Value>(read: (text: string) => Value, text: string): Reading<Value> => {
  try {
    return { value: read(text), problem: null }
  } catch (error) {
    if (error instanceof AppError) return { value: null, problem: error.message }
    throw error
  }
}

const optional = <Value>(read: (text: string) => Value, text: string): Reading<Value> =>
  (text.trim() === '' ? { value: null, problem: null } : readField(read, text))

const readAddress = (text: string): string => {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text.trim())) throw new AppError('input.invalid', 'An address has 0x and 40 hex digits.')
  return text.trim()
}

const readServer = (text: string): string => {
  if (!URL.canParse(text.trim()) || new URL(text.trim()).protocol !== 'https:') throw new AppError('input.invalid', 'Write the address with https://, and the port where it is another than 443.')
  return text.trim()
}

export interface DraftReadings {
  readonly price: Reading<bigint>
  readonly guarantee: Reading<bigint>
  readonly delivery: Reading<number>
  readonly expiration: Reading<number>
  readonly arbiter: Reading<string>
  readonly dispute: Reading<number>
  readonly serverUrl: Reading<string>
}

export const readDraft = (draft: Draft): DraftReadings => ({
  price: readField(parseAmountWei, draft.price),
  guarantee: optional(parseAmountWei, draft.guarantee),
  delivery: readField(parseDurationSeconds, draft.delivery),
  expiration: readField(parseDurationSeconds, draft.expiration),
  arbiter: optional(readAddress, draft.arbiter),
  dispute: readField(parseDurationSeconds, draft.dispute),
  serverUrl: draft.reach === 'this-computer' ? { value: null, problem: null } : readField(readServer, draft.serverUrl),
})

/** The usual guarantee (product.md): a tenth of the price where an arbiter rules, half of it where nobody does. */
export const usualGuaranteeWei = ({ price, arbiter }: DraftReadings): bigint | null =>
  (price.value === null ? null : arbiter.value === null ? (price.value + 1n) / 2n : price.value / 10n)

/** What such terms mean for a seller in a dispute. */
export const warnOfDraft = (readings: DraftReadings): readonly string[] => {
  const guaranteeWei = readings.guarantee.value ?? usualGuaranteeWei(readings)
  return readings.price.value === null || guaranteeWei === null
    ? []
    : warnSellerOfDisputes({ valueWei: readings.price.value, guaranteeWei, arbiter: readings.arbiter.value, seller: '' })
}

export const isReadable = (readings: DraftReadings): boolean =>
  Object.values(readings).every(({ problem }: Reading<unknown>) => problem === null)

/** Throws where a field cannot be read. */
export const toDocument = (draft: Draft): ListingDraftJson => ({
  dataset: draft.dataset, title: draft.title, description: draft.description, valueWei: parseAmountWei(draft.price).toString(),
  ...(draft.guarantee.trim() === '' ? {} : { guaranteeWei: parseAmountWei(draft.guarantee).toString() }),
  deliverySeconds: parseDurationSeconds(draft.delivery), expirationSeconds: parseDurationSeconds(draft.expiration),
  ...(draft.arbiter.trim() === '' ? {} : { arbiter: draft.arbiter.trim(), disputeSeconds: parseDurationSeconds(draft.dispute) }),
  ...(draft.reach === 'this-computer' || draft.serverUrl.trim() === '' ? {} : { serverUrl: draft.serverUrl.trim() }),
  ...(draft.reach === 'network' ? { pinOwnCertificate: true } : {}),
  minRows: draft.minRows, condition: draft.condition, maxAnswerCells: draft.maxAnswerCells, maxAnswerBits: draft.maxAnswerBits,
})
