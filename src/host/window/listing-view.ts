import { hasSecondMoments, listMomentNames, listTableColumns } from '../../compute/products.ts'
import { describeBlindHelp, describeHelp, describeMode, describeRows } from '../../shared/policy-words.ts'
import { describePreparation } from '../../shared/preparation-words.ts'
import type { Details } from '../../shared/schemas/details.ts'
import { formatEther } from '../../shared/units.ts'
import type { OpenedListingJson } from '../../shared/window-contract/market.ts'
import type { WindowOutputs } from '../../shared/window-contract/index.ts'
import type { Trade } from '../create-host.ts'
import type { OpenedListing } from '../buyer/open-listing.ts'
import { toContractTerms } from '../chain/terms.ts'
import { sealedLength } from '../protocol/answer-codec.ts'
import type { StoredListing } from '../seller/listing-store.ts'
import { toTermsJson } from './documents.ts'

/** A listing's policy in words, a line a rule; `feeWei` is what opening its help costs. */
export const describePolicy = (details: Details, feeWei: bigint): string[] => {
  const { policy, budgets, num_rows: [rows, columns] } = details
  const { condition, maxAnswerCells, maxAnswerBits } = policy
  const most = (length: number): number => Math.floor(length / condition)
  return [
    ...describeMode(policy, budgets.totalCells),
    ...describeRows(policy, hasSecondMoments(details.columns)),
    `An answer may have up to ${maxAnswerCells} numbers; along the rows ${most(rows)} of ${rows}, along the columns ${most(columns)} of ${columns}. A single number always passes.`,
    `A decrypted integer may have up to ${maxAnswerBits} bits: enough for about ${Math.floor(maxAnswerBits * Math.log10(2))} digits with all decimals.`,
    ...(policy.mode === 'private' ? [] : [`From this table at most ${budgets.totalCells} different numbers are ever answered, to all buyers together.`]),
    ...describeHelp(budgets, feeWei),
    ...describeBlindHelp(details),
  ]
}

export const toOpenedListing = ({ url, details, number, onChain, detailsHash }: OpenedListing, account: string): OpenedListingJson => ({
  url,
  number: number.toString(),
  open: onChain.open,
  title: details.title,
  description: details.description,
  seller: onChain.seller,
  mine: onChain.seller === account,
  rows: details.num_rows[0],
  columns: listTableColumns(details.columns).map(({ scale: _scale, ...column }) => column),
  secondMoments: listMomentNames(details.columns),
  preparation: describePreparation(details),
  terms: toTermsJson(onChain.terms),
  termsHash: onChain.termsHash,
  detailsHash,
  policy: details.policy,
  comparisons: details.budgets.comparisons,
  products: details.budgets.products,
  policyWords: describePolicy(details, onChain.terms.interactionFeeWei),
  key: { keyId: details.dataset.key.keyId, bits: details.dataset.key.bits, certified: details.dataset.key.certificate !== null },
  testRows: details.test.rows,
  confirmations: details.confirmations,
  proof: details.proof,
})

/** Gas of a delivery without its answer, and for each byte of it: calldata, the event and its hash. */
const deliveryBaseGas = 130_000n
const deliveryGasPerByte = 26n
/** An answer's proof, roughly: a masked ciphertext and a few responses of the modulus' size. */
const proofBytesPerKeyBit = 1

type PublicView = WindowOutputs['listings']['becomesPublic']

const estimateCosts = async ({ market }: Trade, { details, terms, url, number }: StoredListing): Promise<NonNullable<PublicView['costs']>> => {
  const gasPrice = await market.outbox.estimate({ to: market.account, data: '0x', valueWei: 0n })
  const perGasWei = gasPrice.expectedFeeWei / 21_000n
  const publish = number === null ? await market.estimate('createListing', [toContractTerms(terms), url]) : null
  const bytes = sealedLength(details.policy.maxAnswerCells, details.policy.maxAnswerBits) + details.dataset.key.bits * proofBytesPerKeyBit
  const deliveryGas = deliveryBaseGas + deliveryGasPerByte * BigInt(bytes)
  const deliveryFeeWei = deliveryGas * perGasWei
  return {
    publishGas: publish === null || perGasWei === 0n ? '0' : (publish.expectedFeeWei / perGasWei).toString(),
    publishFeeWei: publish?.expectedFeeWei.toString() ?? '0',
    deliveryGas: deliveryGas.toString(),
    deliveryFeeWei: deliveryFeeWei.toString(),
    netEarningsWei: (terms.valueWei - deliveryFeeWei).toString(),
  }
}

/** The list of exactly what becomes public, and to whom. */
export const describePublic = async (listing: StoredListing, trade: Trade | null): Promise<PublicView> => {
  const { details, terms, url } = listing
  const [rows, columns] = details.num_rows
  const products = listMomentNames(details.columns)
  const item = (where: PublicView['items'][number]['where'], what: string, value: string): PublicView['items'][number] => ({ where, what, value })
  return {
    items: [
      item('chain', 'Your wallet’s address', details.seller),
      item('chain', 'Price and guarantee', `${formatEther(terms.valueWei)} and ${formatEther(terms.guaranteeWei)} ether`),
      item('chain', 'The server’s address', url),
      item('chain', 'A hash of the details', terms.detailsHash),
      item('chain', 'Each purchase: who bought, when, and a sealed answer that only the buyer can open', 'as it happens'),
      item('server', 'Title and description', details.description === '' ? details.title : `${details.title}: ${details.description}`),
      item('server', 'How large the table is', `${rows} rows × ${columns} columns`),
      ...listTableColumns(details.columns).map(({ name, type, unit, lower, upper, categories }) => item('server', `Column ${name}`,
        `${type}${unit === '' ? '' : `, ${unit}`}, ${categories.length > 0 ? categories.join(', ') : `${lower} … ${upper}`}`)),
      ...describePreparation(details).map((words) => item('server', 'What became of missing values', words)),
      ...(products.length === 0 ? [] : [item('server', 'Squares and products of columns', products.join(', '))]),
      item('server', 'The policy', describePolicy(details, terms.interactionFeeWei).join(' ')),
      item('server', 'The public key, and a fingerprint of the encrypted table', `${details.dataset.key.bits} bits, ${details.dataset.root}`),
      item('server', 'Made-up test data of the same columns, in the clear and encrypted', `${details.test.rows} rows`),
      item('buyers', 'The encrypted table', `${rows * columns} ciphertexts`),
      item('buyers', 'The answer they paid for', 'within the policy'),
    ],
    costs: trade === null ? null : await estimateCosts(trade, listing),
  }
}
