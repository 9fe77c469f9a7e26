import { z } from 'zod'
import { warnSellerOfDisputes } from '../../../shared/dispute-warnings.ts'
import { AppError } from '../../../shared/errors.ts'
import { formatDuration, formatEther, parseAmountWei, parseDurationSeconds } from '../../../shared/units.ts'
import { policyModeSchema, type PolicyMode } from '../../../shared/schemas/details.ts'
import type { ListingDraftJson, ListingJson } from '../../../shared/window-contract/listings.ts'
import { readAddress, readAmount, readCount, readField, readPositive, type Reading } from '../../ui/reading.ts'
import { reaches } from '../serve/reaches.ts'
import { usualFeeWei, usualGuaranteeWei } from '../../../shared/usual-terms.ts'

/** A listing as it is being written: amounts, times and limits as they are typed. */
export const draftSchema = z.strictObject({
  dataset: z.string(),
  title: z.string(),
  description: z.string(),
  price: z.string(),
  guarantee: z.string(),
  delivery: z.string(),
  expiration: z.string(),
  arbiter: z.string(),
  dispute: z.string(),
  reach: z.enum(reaches.map(({ value }) => value)),
  serverUrl: z.string(),
  mode: policyModeSchema,
  minRows: z.string(),
  comparisons: z.string(),
  products: z.string(),
  interactionFee: z.string(),
  condition: z.string(),
  maxAnswerCells: z.string(),
  maxAnswerBits: z.string(),
  /** Empty: as is usual for the table. */
  maxTotalCells: z.string(),
})
export type Draft = Readonly<z.infer<typeof draftSchema>>

/** Of a listing without a minimum of rows. */
export const singleRowsWords = 'Answers about single rows are sold: whoever pays can ask for one person’s values.'

/** What is usual in each mode: where the seller does not see what is asked, every number is worth more. */
export const usualLimits: Readonly<Record<PolicyMode, Pick<Draft, 'maxAnswerCells' | 'maxAnswerBits'>>> = {
  disclosed: { maxAnswerCells: '200', maxAnswerBits: '192' },
  private: { maxAnswerCells: '16', maxAnswerBits: '128' },
}

export const beginDraft = (dataset: string): Draft => ({
  dataset, title: dataset, description: '', price: '0.01', guarantee: '', delivery: '1h', expiration: '7d', arbiter: '', dispute: '7d', reach: 'this-computer', serverUrl: '',
  mode: 'disclosed', minRows: '10', condition: '1', comparisons: '0', products: '0', interactionFee: '', maxTotalCells: '', ...usualLimits.disclosed,
})

/** A listing there is, as it would be written. */
export const draftOf = (listing: ListingJson): Draft => {
  const { dataset, title, description, terms, policy, comparisons, products, maxTotalCells, url, pinsCertificate } = listing
  const { protocol, origin } = new URL(url)
  const [valueWei, guaranteeWei, feeWei] = [BigInt(terms.valueWei), BigInt(terms.guaranteeWei), BigInt(terms.interactionFeeWei)]
  return {
    ...beginDraft(dataset), title, description, mode: policy.mode,
    comparisons: String(comparisons), products: String(products), maxTotalCells: maxTotalCells === null ? '' : String(maxTotalCells),
    ...(policy.mode === 'private' ? {} : { minRows: String(policy.minRows) }),
    condition: String(policy.condition), maxAnswerCells: String(policy.maxAnswerCells), maxAnswerBits: String(policy.maxAnswerBits),
    price: formatEther(valueWei),
    // What is usual follows the price.
    guarantee: guaranteeWei === usualGuaranteeWei(valueWei, terms.arbiter !== null) ? '' : formatEther(guaranteeWei),
    interactionFee: comparisons + products === 0 || feeWei === usualFeeWei(valueWei) ? '' : formatEther(feeWei),
    delivery: formatDuration(terms.deliverySeconds),
    expiration: formatDuration(terms.expirationSeconds),
    ...(terms.arbiter === null ? {} : { arbiter: terms.arbiter, dispute: formatDuration(terms.disputeSeconds) }),
    ...(protocol === 'http:' ? {} : { reach: pinsCertificate ? 'network' as const : 'internet' as const, serverUrl: origin }),
  }
}

const optional = <Value>(read: (text: string) => Value, text: string): Reading<Value> =>
  (text.trim() === '' ? { value: null, problem: null } : readField(read, text))

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
  readonly interactionFee: Reading<bigint>
  readonly serverUrl: Reading<string>
  readonly limits: LimitReadings
}

/** What cannot be read is no limit: nothing is saved or judged by it. */
export interface LimitReadings {
  readonly minRows: Reading<number>
  readonly condition: Reading<number>
  readonly comparisons: Reading<number>
  readonly products: Reading<number>
  readonly maxAnswerCells: Reading<number>
  readonly maxAnswerBits: Reading<number>
  readonly maxTotalCells: Reading<number>
}

type Limits = Pick<Draft, 'mode' | keyof LimitReadings>

/** In the open, comparisons are of single rows, and sold where single rows are; blinded, as in private mode, they are sold freely. */
export const maySellComparisons = ({ mode, minRows }: Pick<Draft, 'mode' | 'minRows'>): boolean => mode === 'private' || readCount(minRows, 1).value === 1

/** What is multiplied is shown to nobody, so that products need private mode. */
export const maySellProducts = ({ mode }: Pick<Draft, 'mode'>): boolean => mode === 'private'

const notAsked = { value: null, problem: null } as const

/** Limits that the mode does not know are not read. */
export const readLimits = (draft: Limits): LimitReadings => ({
  minRows: draft.mode === 'private' ? notAsked : readCount(draft.minRows, 1),
  condition: readPositive(draft.condition),
  comparisons: maySellComparisons(draft) ? readCount(draft.comparisons, 0) : notAsked,
  products: maySellProducts(draft) ? readCount(draft.products, 0) : notAsked,
  maxAnswerCells: readCount(draft.maxAnswerCells, 1),
  maxAnswerBits: readCount(draft.maxAnswerBits, 1),
  maxTotalCells: draft.maxTotalCells.trim() === '' ? notAsked : readCount(draft.maxTotalCells, 1),
})

export const sellsHelp = (draft: Draft): boolean => {
  const { comparisons, products } = readLimits(draft)
  return (comparisons.value ?? 0) > 0 || (products.value ?? 0) > 0
}

const readFee = ({ price, interactionFee }: Draft): Reading<bigint> => {
  const fee = optional(parseAmountWei, interactionFee)
  const whole = readAmount(price).value
  if (fee.value === 0n) return { value: null, problem: 'Without a fee a buyer uses your help up, and takes the whole price back.' }
  return fee.value !== null && whole !== null && fee.value > whole
    ? { value: null, problem: 'It is part of the price, and so at most as much.' } : fee
}

const readPrice = (text: string): Reading<bigint> => {
  const read = readAmount(text)
  return read.value === 0n ? { value: null, problem: 'The price must be more than nothing.' } : read
}

const readGuarantee = ({ price, guarantee, arbiter }: Draft): Reading<bigint> => {
  const read = optional(parseAmountWei, guarantee)
  const whole = readAmount(price).value
  if (read.value === null || whole === null || arbiter.trim() !== '' || read.value * 2n >= whole) return read
  return { value: null, problem: `Without an arbiter it is at least half the price, ${formatEther((whole + 1n) / 2n)}: otherwise disputing costs too little.` }
}

const [leastSeconds, mostSeconds] = [60, 365 * 86_400]

/** A time of the contract's: what is shorter is a slip, such as a missing unit, and what is longer it refuses. */
const readTime = (text: string): number => {
  const seconds = parseDurationSeconds(text)
  if (seconds < leastSeconds || seconds > mostSeconds) throw new AppError('input.invalid', 'Write a time from 1m to 365d, with its unit: 30m, 1h, 7d.')
  return seconds
}

export const readDraft = (draft: Draft): DraftReadings => ({
  price: readPrice(draft.price),
  guarantee: readGuarantee(draft),
  delivery: readField(readTime, draft.delivery),
  expiration: readField(readTime, draft.expiration),
  arbiter: optional(readAddress, draft.arbiter),
  dispute: draft.arbiter.trim() === '' ? { value: null, problem: null } : readField(readTime, draft.dispute),
  interactionFee: sellsHelp(draft) ? readFee(draft) : { value: null, problem: null },
  serverUrl: draft.reach === 'this-computer' ? { value: null, problem: null } : readField(readServer, draft.serverUrl),
  limits: readLimits(draft),
})

/** What such terms mean for a seller in a dispute. */
export const warnOfDraft = (readings: DraftReadings): readonly string[] => {
  const [valueWei, arbiter] = [readings.price.value, readings.arbiter.value]
  if (valueWei === null) return []
  const guaranteeWei = readings.guarantee.value ?? usualGuaranteeWei(valueWei, arbiter !== null)
  return warnSellerOfDisputes({ valueWei, guaranteeWei, arbiter, seller: '' })
}

const areRead = (readings: Readonly<Record<string, Reading<unknown>>>): boolean =>
  Object.values(readings).every(({ problem }) => problem === null)

export const isReadable = ({ limits, ...others }: DraftReadings): boolean => areRead({ ...others, ...limits })

/** The limits as the policy takes them, what the mode does not know left out; null while one cannot be read. */
export const toLimits = (draft: Limits & Pick<Draft, 'dataset'>) => {
  const readings = readLimits(draft)
  const { minRows, comparisons, products, condition, maxAnswerCells, maxAnswerBits, maxTotalCells } = readings
  if (!areRead({ ...readings }) || condition.value === null || maxAnswerCells.value === null || maxAnswerBits.value === null) return null
  return {
    dataset: draft.dataset,
    mode: draft.mode,
    ...(minRows.value === null ? {} : { minRows: minRows.value }),
    ...(comparisons.value === null ? {} : { comparisons: comparisons.value }),
    ...(products.value === null ? {} : { products: products.value }),
    condition: condition.value, maxAnswerCells: maxAnswerCells.value, maxAnswerBits: maxAnswerBits.value,
    ...(maxTotalCells.value === null ? {} : { maxTotalCells: maxTotalCells.value }),
  }
}

const requireLimits = (draft: Draft): NonNullable<ReturnType<typeof toLimits>> => {
  const limits = toLimits(draft)
  if (limits === null) throw new AppError('input.invalid', 'A limit of the listing cannot be read: correct the field that says so.')
  return limits
}

/** Throws where a field cannot be read. */
export const toDocument = (draft: Draft): ListingDraftJson => ({
  ...requireLimits(draft), title: draft.title, description: draft.description, valueWei: parseAmountWei(draft.price).toString(),
  ...(draft.guarantee.trim() === '' ? {} : { guaranteeWei: parseAmountWei(draft.guarantee).toString() }),
  deliverySeconds: parseDurationSeconds(draft.delivery), expirationSeconds: parseDurationSeconds(draft.expiration),
  ...(draft.arbiter.trim() === '' ? {} : { arbiter: draft.arbiter.trim(), disputeSeconds: parseDurationSeconds(draft.dispute) }),
  ...(draft.reach === 'this-computer' || draft.serverUrl.trim() === '' ? {} : { serverUrl: draft.serverUrl.trim() }),
  ...(draft.reach === 'network' ? { pinOwnCertificate: true } : {}),
  ...(sellsHelp(draft) && draft.interactionFee.trim() !== '' ? { interactionFeeWei: parseAmountWei(draft.interactionFee).toString() } : {}),
})
