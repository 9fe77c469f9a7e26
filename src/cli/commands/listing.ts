import type { Command } from 'commander'
import type { StoredListing } from '../../host/seller/listing-store.ts'
import { warnSellerOfDisputes } from '../../shared/dispute-warnings.ts'
import { describeBlindHelp, describeModeToSeller } from '../../shared/policy-words.ts'
import type { Policy, PolicyMode } from '../../shared/schemas/details.ts'
import { formatEther } from '../../shared/units.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { parseContractInfo, prepareSecondMoments, toDisputeTerms, type AttackReport, type Host } from '../../host/index.ts'
import { AppError } from '../../shared/errors.ts'
import { parseAmount, parseChoice, parseCount, parseDuration, parseNames, parsePositive } from '../arguments.ts'
import { defaultServePort, type Configuration } from '../configuration.ts'
import { describeMoments } from '../moments-text.ts'
import { createInterrupt, readConfiguration, withHost, type GlobalOptions } from '../run.ts'
import type { Terminal } from '../terminal.ts'

interface CreateOptions {
  readonly value?: bigint
  readonly contractInfo?: string
  readonly id?: string
  readonly title?: string
  readonly description?: string
  readonly guarantee?: bigint
  readonly interactionFee?: bigint
  readonly comparisons?: number
  readonly products?: number
  readonly expiration?: number
  readonly delivery?: number
  readonly disputeTime?: number
  readonly arbiter?: string
  readonly condition?: number
  readonly mode: PolicyMode
  readonly minRows?: number
  readonly secondMoments?: true | string[]
  readonly maxAnswerCells?: number
  readonly maxAnswerBits?: number
  readonly maxTotalCells?: number
  readonly confirmations?: number
  readonly url?: string
}

/** Where `serve` will be reached as it is configured; a listing made without --url points there. */
const servedUrl = ({ serve: { publicUrl, port } }: Configuration): string => publicUrl ?? `http://127.0.0.1:${port === 0 ? defaultServePort : port}`

const toDocument = ({ id, dataset, details, terms, url, number, state }: StoredListing): unknown => {
  const { title, policy, num_rows: [rows, columns] } = details
  return { id, dataset, title, listing: number, state, url, terms, policy, rows, columns }
}

const describe = ({ id, dataset, number, state, terms, url }: StoredListing): string =>
  `${id}  ${state}${number === null ? '' : ` as listing ${number}`}  of ${dataset}  ${formatEther(terms.valueWei)} ether + ${formatEther(terms.guaranteeWei)} guarantee  ${url}`

const warnOfDisputes = (terminal: Terminal, { terms, details }: StoredListing): void => {
  for (const line of warnSellerOfDisputes(toDisputeTerms(terms, details.seller))) terminal.note(line)
}

const sayTime = (seconds: number): string => (seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`)

/** What a draft says, for its owner to look over before anything is on the chain. */
const describeDraft = ({ terms: { deliverySeconds, expirationSeconds }, details: { policy } }: StoredListing): string => [
  `${sayTime(deliverySeconds)} to answer, ${sayTime(expirationSeconds)} for the buyer to confirm`,
  `along each axis an answer may have 1/${policy.condition} of the table`,
].join('; ')

const show = (terminal: Terminal, listing: StoredListing): void => { terminal.result(toDocument(listing), describe(listing)) }

/** The 2020 seller's terms; what is also given as an option counts as the option says. */
const readContractInfo = ({ contractInfo, arbiter }: Partial<CreateOptions>) => {
  if (contractInfo === undefined) return {}
  const { valueWei, guaranteeWei, expirationSeconds, condition } = parseContractInfo(readUserFile(contractInfo))
  // The tenth of 2020 stands with an arbiter only: without one the contract asks for half, which is the default.
  return { valueWei, expirationSeconds, condition, ...(arbiter === undefined ? {} : { guaranteeWei }) }
}

const requireValue = <T extends { readonly valueWei?: bigint }>(draft: T): T & { readonly valueWei: bigint } => {
  const { valueWei } = draft
  if (valueWei === undefined) throw new AppError('input.invalid', 'A listing needs its price: --value, or --contract-info.')
  return { ...draft, valueWei }
}

/** Only what was given, under the draft's names. */
const toDraft = (options: Partial<CreateOptions>) => requireValue({
  ...readContractInfo(options),
  ...(options.value === undefined ? {} : { valueWei: options.value }),
  ...(options.id === undefined ? {} : { id: options.id }),
  ...(options.title === undefined ? {} : { title: options.title }),
  ...(options.description === undefined ? {} : { description: options.description }),
  ...(options.guarantee === undefined ? {} : { guaranteeWei: options.guarantee }),
  ...(options.interactionFee === undefined ? {} : { interactionFeeWei: options.interactionFee }),
  ...(options.expiration === undefined ? {} : { expirationSeconds: options.expiration }),
  ...(options.delivery === undefined ? {} : { deliverySeconds: options.delivery }),
  ...(options.disputeTime === undefined ? {} : { disputeSeconds: options.disputeTime }),
  ...(options.arbiter === undefined ? {} : { arbiter: options.arbiter }),
  ...(options.condition === undefined ? {} : { condition: options.condition }),
  ...(options.mode === undefined ? {} : { mode: options.mode }),
  ...(options.minRows === undefined ? {} : { minRows: options.minRows }),
  ...(options.maxAnswerCells === undefined ? {} : { maxAnswerCells: options.maxAnswerCells }),
  ...(options.maxAnswerBits === undefined ? {} : { maxAnswerBits: options.maxAnswerBits }),
  ...(options.maxTotalCells === undefined ? {} : { maxTotalCells: options.maxTotalCells }),
  ...(options.comparisons === undefined ? {} : { comparisons: options.comparisons }),
  ...(options.products === undefined ? {} : { products: options.products }),
  ...(options.confirmations === undefined ? {} : { confirmations: options.confirmations }),
})

/** Makes and encrypts what `--second-moments` asks for; a dataset that has them keeps those. */
const offerMoments = async (host: Host, dataset: string, { secondMoments, minRows }: CreateOptions, terminal: Terminal): Promise<void> => {
  if (secondMoments === undefined) return
  const { signal } = createInterrupt()
  const options = { ...(secondMoments === true ? {} : { columns: secondMoments }), ...(minRows === undefined ? {} : { minRows }) }
  const made = await prepareSecondMoments(host.datasets, dataset, options, { signal, onProgress: terminal.progress(`encrypting ${dataset}`) })
  for (const line of describeMoments(made)) terminal.note(line)
}

const addCreate = (listing: Command, globals: () => GlobalOptions): void => {
  listing.command('create <dataset>').description('a draft: price, times, policy; nothing is on chain yet')
    .option('--value <amount>', 'the price, such as 0.02ether', parseAmount)
    .option('--contract-info <file>', 'price, guarantee, expiration and condition from the contract_info.txt of the 2020 system')
    .option('--id <id>', 'what to call it; by default the dataset\'s name and a number')
    .option('--title <text>', 'what buyers see')
    .option('--description <text>', 'what buyers see')
    .option('--guarantee <amount>', 'the buyer\'s deposit, and the bond you post with each delivery; both come back. By default a tenth of the price with an arbiter, half without', parseAmount)
    .option('--interaction-fee <amount>', 'the part of the price that opening interactive use costs', parseAmount)
    .option('--expiration <time>', 'the buyer\'s time to confirm or dispute, such as 24h', parseDuration)
    .option('--delivery <time>', 'your time to answer, such as 1h', parseDuration)
    .option('--dispute-time <time>', 'the arbiter\'s time, such as 7d', parseDuration)
    .option('--arbiter <address>', 'who rules on disputes')
    .option('--condition <c>', 'along each axis an answer may have 1/c of the table', parsePositive)
    .option('--mode <mode>', 'disclosed: the buyer shows the program; private: nobody but the buyer sees it, and only cells and bits are limited', parseChoice('disclosed', 'private'), 'disclosed')
    .option('--min-rows <n>', 'rows behind every cell, rows and not persons (who may have several each); 1 sells answers about single rows', parseCount)
    .option('--second-moments [columns]', 'offer var, std, cov, corr and least squares of these columns, separated by commas, or of all; encrypts their products', parseNames)
    .option('--comparisons <n>', 'different comparisons the table ever answers while scripts run; by default none', parseCount)
    .option('--products <n>', 'products of two encrypted cells made in all, in private mode; by default none', parseCount)
    .option('--max-answer-cells <n>', 'most numbers in one answer', parseCount)
    .option('--max-answer-bits <n>', 'most bits of one number', parseCount)
    .option('--max-total-cells <n>', 'most different numbers the table ever answers; by default half its cells, in private mode four answers', parseCount)
    .option('--confirmations <n>', 'blocks to wait for', parseCount)
    .option('--url <url>', `the server's address; by default as \`serve\` is configured, else http://127.0.0.1:${defaultServePort}`)
    .action((dataset: string, options: CreateOptions) => withHost(globals(), async (host, terminal) => {
      const { listings } = await host.trade()
      await offerMoments(host, dataset, options, terminal)
      const serverUrl = options.url ?? servedUrl(readConfiguration(globals()))
      const created = await listings.create({ dataset, serverUrl, ...toDraft(options) })
      const { policy, budgets } = created.details
      if (policy.mode === 'private') {
        for (const line of [...describeModeToSeller(policy, budgets.totalCells), ...describeBlindHelp(created.details)]) terminal.note(line)
        terminal.note('Ask a price for which you would hand out that many raw values. Once published, this table is sold in private mode only.')
      }
      warnOfDisputes(terminal, created)
      terminal.result(toDocument(created), `${describe(created)}\n${describeDraft(created)}`)
    }))
}

const describeAttack = ({ attack, cells, bits, refusal, questions, words }: AttackReport): string =>
  `${attack.padEnd(20)}  ${String(cells).padStart(5)} cells ${String(bits).padStart(6)} bits  ${refusal !== null ? refusal.code : questions === 0 ? 'not asked' : 'answered'}${
    // Which columns, or which other listing: what can be done about it.
    cells > 0 || questions === 0 ? `\n${' '.repeat(22)}${words}` : ''}`

const concludeRehearsal = (attacks: readonly AttackReport[], policy: Policy): string => {
  if (attacks.every(({ cells }) => cells === 0)) return 'None of them gets a single cell.'
  if (policy.mode === 'private') return 'In private mode this is what you sell: fewer cells and bits, or disclosed mode, give out less.'
  return policy.minRows === 1
    ? 'The listing gives out single rows: with --min-rows above 1 it would not.'
    : 'No minimum of rows stops these, for no group of rows is small in them: leave out the columns they name, or do not sell the two listings side by side.'
}

export const addListingCommands = (program: Command, globals: () => GlobalOptions): void => {
  const listing = program.command('listing').description('what is offered, on what terms')
  addCreate(listing, globals)
  const simple = (name: 'publish' | 'close' | 'open', description: string): void => {
    listing.command(`${name} <id>`).description(description)
      .action((id: string) => withHost(globals(), async (host, terminal) => {
        const { listings } = await host.trade()
        show(terminal, await listings[name](id))
      }))
  }
  simple('publish', 'put it on the contract, for buyers to find')
  simple('close', 'take no new purchases; live ones go on')
  simple('open', 'take purchases again')
  listing.command('discard <id>').description('take a draft out of the profile; nothing of it was ever public')
    .action((id: string) => withHost(globals(), async (host, terminal) => {
      await (await host.trade()).listings.discard(id)
      terminal.result({ discarded: id }, `Draft ${id} is gone.`)
    }))
  listing.command('reprice <id>').description('new terms for new purchases')
    .requiredOption('--value <amount>', 'the new price', parseAmount)
    .option('--guarantee <amount>', 'the new deposit', parseAmount)
    .option('--interaction-fee <amount>', 'the new fee', parseAmount)
    .action((id: string, options: Pick<CreateOptions, 'value' | 'guarantee' | 'interactionFee'>) => withHost(globals(), async (host, terminal) => {
      const repriced = await (await host.trade()).listings.reprice(id, toDraft(options))
      warnOfDisputes(terminal, repriced)
      show(terminal, repriced)
    }))
  listing.command('relocate <id> <url>').description('the server has moved: live purchases follow')
    .action((id: string, url: string) => withHost(globals(), async (host, terminal) => {
      const { listings } = await host.trade()
      show(terminal, await listings.relocate(id, url))
    }))
  listing.command('rehearse <id>').description('try the known attacks on your own listing: what each would get out of it')
    .action((id: string) => withHost(globals(), async (host, terminal) => {
      const { listings } = await host.trade()
      const attacks = listings.rehearse(id)
      const { policy } = listings.show(id).details
      terminal.result({ listing: id, attacks }, [...attacks.map(describeAttack), concludeRehearsal(attacks, policy)].join('\n'))
    }))
  listing.command('list').description('all listings of this profile')
    .action(() => withHost(globals(), async (host, terminal) => {
      const listings = (await host.trade()).listings.list()
      terminal.result({ listings: listings.map(toDocument) }, listings.length === 0 ? 'No listing yet. `hesystem listing create DATASET --value 0.02ether` drafts one.' : listings.map(describe).join('\n'))
    }))
}
