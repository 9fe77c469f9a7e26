import { z } from 'zod'
import { warnSellerOfDisputes } from '../../../shared/dispute-warnings.ts'
import { AppError } from '../../../shared/errors.ts'
import { formatDuration, formatEther, parseAmountWei, parseDurationSeconds } from '../../../shared/units.ts'
import { policyModeSchema, type PolicyMode } from '../../../shared/schemas/details.ts'
import type { ListingDraftJson, ListingJson } from '../../../shared/window-contract/listings.ts'
import { readAmount, readField, type Reading } from '../../ui/reading.ts'
import { reaches } from '../serve/reaches.ts'
import { usualFeeWei, usualGuaranteeWei } from '../../../shared/usual-terms.ts'

/** A listing as it is being written: amounts and times as they are typed. */
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
  minRows: z.number(),
  comparisons: z.number(),
  products: z.number(),
  interactionFee: z.string(),
  condition: z.number(),
  maxAnswerCells: z.number(),
  maxAnswerBits: z.number(),
  /** null: as is usual for the table. */
  maxTotalCells: z.number().nullable(),
})
export type Draft = Readonly<z.infer<typeof draftSchema>>

/** What is usual in each mode: where the seller does not see what is asked, every number is worth more. */
export const usualLimits: Readonly<Record<PolicyMode, Pick<Draft, 'maxAnswerCells' | 'maxAnswerBits'>>> = {
  disclosed: { maxAnswerCells: 200, maxAnswerBits: 192 },
  private: { maxAnswerCells: 16, maxAnswerBits: 128 },
}

export const beginDraft = (dataset: string): Draft => ({
  dataset, title: dataset, description: '', price: '0.01', guarantee: '', delivery: '1h', expiration: '7d', arbiter: '', dispute: '7d', reach: 'this-computer', serverUrl: '',
  mode: 'disclosed', minRows: 10, condition: 1, comparisons: 0, products: 0, interactionFee: '', maxTotalCells: null, ...usualLimits.disclosed,
})

/** A listing there is, as it would be written. */
export const draftOf = (listing: ListingJson): Draft => {
  const { dataset, title, description, terms, policy, comparisons, products, maxTotalCells, url, pinsCertificate } = listing
  const { protocol, origin } = new URL(url)
  const [valueWei, guaranteeWei, feeWei] = [BigInt(terms.valueWei), BigInt(terms.guaranteeWei), BigInt(terms.interactionFeeWei)]
  return {
    ...beginDraft(dataset), title, description, comparisons, products, maxTotalCells, ...policy,
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
  readonly interactionFee: Reading<bigint>
  readonly serverUrl: Reading<string>
}

/** In the open, comparisons are of single rows, and sold where single rows are; blinded, as in private mode, they are sold freely. */
export const maySellComparisons = ({ mode, minRows }: Pick<Draft, 'mode' | 'minRows'>): boolean => mode === 'private' || minRows === 1

/** What is multiplied is shown to nobody, so that products need private mode. */
export const maySellProducts = ({ mode }: Pick<Draft, 'mode'>): boolean => mode === 'private'

export const sellsHelp = (draft: Draft): boolean =>
  (maySellComparisons(draft) && draft.comparisons > 0) || (maySellProducts(draft) && draft.products > 0)

const readFee = ({ price, interactionFee }: Draft): Reading<bigint> => {
  const fee = optional(parseAmountWei, interactionFee)
  const whole = readAmount(price).value
  if (fee.value === 0n) return { value: null, problem: 'Without a fee a buyer uses your help up, and takes the whole price back.' }
  return fee.value !== null && whole !== null && fee.value > whole ? { value: null, problem: 'It is part of the price, and so at most as much.' } : fee
}

const readGuarantee = ({ price, guarantee, arbiter }: Draft): Reading<bigint> => {
  const read = optional(parseAmountWei, guarantee)
  const whole = readAmount(price).value
  if (read.value === null || whole === null || arbiter.trim() !== '' || read.value * 2n >= whole) return read
  return { value: null, problem: `Without an arbiter it is at least half the price, ${formatEther((whole + 1n) / 2n)}: otherwise disputing costs too little.` }
}

export const readDraft = (draft: Draft): DraftReadings => ({
  price: readAmount(draft.price),
  guarantee: readGuarantee(draft),
  delivery: readField(parseDurationSeconds, draft.delivery),
  expiration: readField(parseDurationSeconds, draft.expiration),
  arbiter: optional(readAddress, draft.arbiter),
  dispute: readField(parseDurationSeconds, draft.dispute),
  interactionFee: sellsHelp(draft) ? readFee(draft) : { value: null, problem: null },
  serverUrl: draft.reach === 'this-computer' ? { value: null, problem: null } : readField(readServer, draft.serverUrl),
})

/** What such terms mean for a seller in a dispute. */
export const warnOfDraft = (readings: DraftReadings): readonly string[] => {
  const [valueWei, arbiter] = [readings.price.value, readings.arbiter.value]
  if (valueWei === null) return []
  const guaranteeWei = readings.guarantee.value ?? usualGuaranteeWei(valueWei, arbiter !== null)
  return warnSellerOfDisputes({ valueWei, guaranteeWei, arbiter, seller: '' })
}

export const isReadable = (readings: DraftReadings): boolean =>
  Object.values(readings).every(({ problem }: Reading<unknown>) => problem === null)

/** The limits as the policy takes them: what the mode does not know is left out. */
export const toLimits = (draft: Pick<Draft, 'dataset' | 'mode' | 'minRows' | 'condition' | 'comparisons' | 'products' | 'maxAnswerCells' | 'maxAnswerBits' | 'maxTotalCells'>) => ({
  dataset: draft.dataset,
  mode: draft.mode,
  ...(draft.mode === 'private' ? {} : { minRows: draft.minRows }),
  ...(maySellComparisons(draft) ? { comparisons: draft.comparisons } : {}),
  ...(maySellProducts(draft) ? { products: draft.products } : {}),
  condition: draft.condition, maxAnswerCells: draft.maxAnswerCells, maxAnswerBits: draft.maxAnswerBits,
  ...(draft.maxTotalCells === null ? {} : { maxTotalCells: draft.maxTotalCells }),
})

/** Throws where a field cannot be read. */
export const toDocument = (draft: Draft): ListingDraftJson => ({
  ...toLimits(draft), title: draft.title, description: draft.description, valueWei: parseAmountWei(draft.price).toString(),
  ...(draft.guarantee.trim() === '' ? {} : { guaranteeWei: parseAmountWei(draft.guarantee).toString() }),
  deliverySeconds: parseDurationSeconds(draft.delivery), expirationSeconds: parseDurationSeconds(draft.expiration),
  ...(draft.arbiter.trim() === '' ? {} : { arbiter: draft.arbiter.trim(), disputeSeconds: parseDurationSeconds(draft.dispute) }),
  ...(draft.reach === 'this-computer' || draft.serverUrl.trim() === '' ? {} : { serverUrl: draft.serverUrl.trim() }),
  ...(draft.reach === 'network' ? { pinOwnCertificate: true } : {}),
  ...(sellsHelp(draft) && draft.interactionFee.trim() !== '' ? { interactionFeeWei: parseAmountWei(draft.interactionFee).toString() } : {}),
})
