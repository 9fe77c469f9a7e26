import { basename } from 'node:path'
import type { Command } from 'commander'
import { mayBeClosed, mayBeLitigated, type PurchaseElsewhere } from '../../host/buyer/bought-elsewhere.ts'
import type { PurchaseView } from '../../host/buyer/purchase-service.ts'
import type { ScriptFile } from '../../host/buyer/derive.ts'
import { checkScript, rehearse } from '../../host/buyer/rehearse.ts'
import { toDisputeTerms, type AnswerJson, type Trade } from '../../host/index.ts'
import { AppError } from '../../shared/errors.ts'
import { warnBuyerOfDisputes } from '../../shared/dispute-warnings.ts'
import { describeBlindHelp, describeHelp, describeMode, describeReplies } from '../../shared/policy-words.ts'
import { oneLine } from '../../shared/one-line.ts'
import { sayRefund } from '../../shared/refund-words.ts'
import { formatEther } from '../../shared/units.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { parseAmount, parseCount, parseDuration, parseNumber } from '../arguments.ts'
import { describeAnswer } from '../answer-text.ts'
import { describeColumn } from '../column-text.ts'
import { describeNextMove } from '../next-move.ts'
import { describeGauge, describeNotes } from '../gauge-text.ts'
import { createInterrupt, withHost, type GlobalOptions } from '../run.ts'
import { writeUserFile } from '../write-user-file.ts'

const readScript = (path: string): ScriptFile => ({ fileName: basename(path), source: readUserFile(path) })

const toDocument = ({ purchase, onChain, unprovedReplies }: PurchaseView): unknown => ({
  purchase: purchase.number,
  title: purchase.details.title,
  url: purchase.url,
  listing: purchase.listing,
  seller: purchase.details.seller,
  state: onChain?.state ?? 'Buying',
  deadlineSeconds: onChain?.deadlineSeconds ?? null,
  answer: purchase.answer === null ? null : JSON.parse(purchase.answer) as unknown,
  proofVerified: purchase.proofVerified,
  unprovedReplies,
  fault: purchase.answerFault === null ? null : JSON.parse(purchase.answerFault) as unknown,
  createdAt: purchase.createdAt,
})

const describe = ({ purchase, onChain }: PurchaseView): string =>
  oneLine(`${purchase.number ?? '…'}  ${onChain?.state ?? 'Buying'}  ${purchase.details.title}  ${purchase.url}`)

/** A purchase that another profile made, and what the wallet alone may do about it. */
const describeElsewhere = ({ onChain, canTakeUp }: PurchaseElsewhere, nowSeconds: number): string => {
  const { id, state, listing } = onChain
  const ways = [
    ...(canTakeUp ? [`\`hesystem purchases take-up ${id}\` goes on with it here`] : []),
    ...(mayBeLitigated(onChain, nowSeconds) ? [`\`hesystem litigate ${id}\` brings the money back`] : []),
    ...(mayBeClosed(onChain, nowSeconds) ? [`\`hesystem disputes close ${id}\` ends the dispute`] : []),
    ...(!canTakeUp && (state === 'Requested' || state === 'Delivered') ? ['its answer opens in the profile that asked for it'] : []),
  ]
  return `${id}  ${state}  bought elsewhere with this wallet, listing ${listing}${ways.length === 0 ? '' : `; ${ways.join(', ')}`}`
}

/** What a person is told of an answer's truth; the proof covers the decryption, not the table. */
const describeProof = (proofVerified: boolean | null): string => {
  if (proofVerified === null) return 'The decryption is not proved: this answer rests on the seller\'s word.'
  return proofVerified
    ? 'The decryption is proved. That the encrypted table is the real one is not.'
    : 'The delivered answer does not hold: do not confirm it. `hesystem dispute` and `hesystem disputes evidence` are what is left.'
}

const addMarketCommands = (program: Command, globals: () => GlobalOptions): void => {
  const market = program.command('market').description('what is on sale')
  market.command('list').description('the listings on the contract, newest first, a page at a time')
    .option('--most <n>', 'how many', parseCount, 20)
    .option('--before <number>', 'only those before this listing: the next page', parseNumber)
    .action((options: { most: number; before?: bigint }) => withHost(globals(), async (host, terminal) => {
      const { market: chain } = await host.trade()
      const { listings, left } = await chain.findListings(options)
      const next = left === 0 ? null : listings.at(-1)?.id ?? null
      const more = next === null ? [] : [`${left} older: \`hesystem market list --before ${next}\``]
      const nothing = options.before === undefined ? 'Nothing is listed on this contract yet.' : `No listing is older than ${options.before}.`
      terminal.result({ listings, left, next }, listings.length === 0 ? nothing : [...listings.map(({ id, open, terms, url }) =>
        `${id}  ${open ? 'open' : 'closed'}  ${formatEther(terms.valueWei)} ether + ${formatEther(terms.guaranteeWei)} guarantee  ${oneLine(url)}`), ...more].join('\n'))
    }))
  market.command('show <url>').description('a listing: table, columns, terms, policy')
    .action((url: string) => withHost(globals(), async (host, terminal) => {
      const { openListing } = await host.trade()
      const { details, number, onChain, detailsHash } = await openListing(url)
      const [rows, columns] = details.num_rows
      const { open, terms, termsHash } = onChain
      terminal.result({ listing: number, open, terms, termsHash, detailsHash, details, decryptionProved: true }, [
        `${oneLine(details.title)} (listing ${number}, ${onChain.open ? 'open' : 'closed'})`,
        oneLine(details.description),
        `${rows} rows × ${columns} columns, encrypted with a ${details.dataset.key.bits}-bit key; terms and document agree.`,
        ...details.columns.map(describeColumn),
        `Price ${formatEther(onChain.terms.valueWei)} ether; guarantee ${formatEther(onChain.terms.guaranteeWei)} ether, returned when you confirm.`,
        ...(details.policy.mode === 'private'
          ? describeMode(details.policy, details.budgets.totalCells)
          : [`Every cell of an answer treats alike groups of at least ${details.policy.minRows} rows.`]),
        `An answer has at most ${details.policy.maxAnswerCells} cells; along each axis 1/${details.policy.condition} of the table.`,
        ...describeHelp(details.budgets, onChain.terms.interactionFeeWei),
        ...describeBlindHelp(details),
        ...warnBuyerOfDisputes(toDisputeTerms(onChain.terms, onChain.seller)),
        'Every answer comes with a proof of its decryption, checked before you can confirm; the key is certified.',
      ].filter((line) => line !== '').join('\n'))
    }))
}

const addRehearsalCommands = (program: Command, globals: () => GlobalOptions): void => {
  program.command('try <url> <script>').description('run a script on the test data, plain and encrypted, side by side; free')
    .action((url: string, path: string) => withHost(globals(), async (host, terminal) => {
      const script = readScript(path)
      const { details, seller } = await (await host.trade()).openListing(url)
      const outcome = await rehearse(script, details, seller, await host.engine(),
        { onProgress: terminal.progress('computing on test ciphertexts') })
      terminal.result(outcome, [
        ...outcome.log,
        'On plain test data:', describeAnswer(outcome.plain), 'On encrypted test data:', describeAnswer(outcome.encrypted),
        `Largest difference: ${outcome.largestDifference}`,
        ...(outcome.testNotes.length === 0 ? [] : [`On the ${details.test.rows} rows of test data:`, ...describeNotes(outcome.testNotes)]),
        'On the real table:', ...describeGauge(outcome.gauge),
        outcome.verdict.allowed ? 'The listing would answer it.' : `The listing would refuse it: ${oneLine(outcome.verdict.message)}`,
      ].join('\n'))
    }))
  program.command('check <url> <script>').description('would this script pass the listing\'s policy? free, before paying')
    .action((url: string, path: string) => withHost(globals(), async (host, terminal) => {
      const script = readScript(path)
      const { details, seller, onChain } = await (await host.trade()).openListing(url)
      if (!onChain.open) terminal.note('This listing is closed: it takes no new purchases.')
      const verdict = await checkScript(script, details, seller)
      terminal.result(verdict, [
        ...describeGauge(verdict.gauge),
        verdict.allowed ? 'The listing would answer it.' : `The listing would refuse it: ${oneLine(verdict.message)} (${verdict.code})`,
      ].join('\n'))
      if (!verdict.allowed) process.exitCode = 1
    }))
}

interface BuyCommandOptions {
  readonly maxTotal?: bigint
  readonly deadline?: number
  readonly again?: boolean
  readonly script?: string
}

/** The terms under which a listing would answer a script. Throws `policy.refused` where it would not. */
const checkBeforePaying = async ({ openListing }: Trade, url: string, script: ScriptFile): Promise<string> => {
  const { details, seller, onChain } = await openListing(url)
  const verdict = await checkScript(script, details, seller)
  if (verdict.allowed) return onChain.termsHash
  throw new AppError('policy.refused', `Nothing was paid: the listing would refuse ${script.fileName}: ${oneLine(verdict.message)} (${oneLine(verdict.code)})`, {
    details: { code: verdict.code },
  })
}

const addPurchaseCommands = (program: Command, globals: () => GlobalOptions): void => {
  program.command('buy <url>').description('pay price and guarantee into escrow')
    .option('--max-total <amount>', 'the most it may cost, guarantee included', parseAmount)
    .option('--deadline <time>', 'how long the payment may take to reach the chain, such as 10m', parseDuration)
    .option('--script <file>', 'check first whether the listing would answer this script; where it would not, nothing is paid')
    .option('--again', 'pay for another answer although one bought here has not been asked for yet')
    .action((url: string, options: BuyCommandOptions) => withHost(globals(), async (host, terminal) => {
      const trade = await host.trade()
      const { purchases } = trade
      const termsHash = options.script === undefined ? null : await checkBeforePaying(trade, url, readScript(options.script))
      const purchase = await purchases.buy(url, {
        ...(termsHash === null ? {} : { termsHash }),
        ...(options.maxTotal === undefined ? {} : { maxTotalWei: options.maxTotal }),
        ...(options.deadline === undefined ? {} : { deadlineSeconds: options.deadline }),
        resume: options.again !== true,
      })
      const view = await purchases.show(purchase.number)
      const { valueWei, guaranteeWei } = view.onChain?.terms ?? { valueWei: 0n, guaranteeWei: 0n }
      terminal.result(toDocument(view), [
        `Purchase ${purchase.number}: ${formatEther(valueWei)} ether and ${formatEther(guaranteeWei)} ether guarantee are in escrow.`,
        describeNextMove(view),
      ].join('\n'))
    }))
  program.command('open-interaction').description('pay the listing\'s fee, out of the price and for good, for the seller\'s help with comparisons and products while scripts run')
    .argument('<purchase>', 'its number', parseNumber)
    .action((number: bigint) => withHost(globals(), async (host, terminal) => {
      const { id, terms, interactionOpened } = await (await host.trade()).purchases.openInteraction(number)
      terminal.result({ purchase: id, interactionOpened, feeWei: terms.interactionFeeWei }, `Purchase ${id}: the seller helps your scripts now; ${formatEther(terms.interactionFeeWei)} ether of the price are paid for it.`)
    }))
  program.command('compute').description('download what is missing, run the script on the ciphertexts, keep the encrypted result')
    .argument('<purchase>', 'its number', parseNumber).argument('<script>')
    .action((purchase: bigint, path: string) => withHost(globals(), async (host, terminal) => {
      const script = readScript(path)
      const { signal } = createInterrupt()
      const { purchases } = await host.trade()
      await purchases.download(purchase, { signal, onProgress: terminal.progress('downloading') })
      const result = await purchases.compute(purchase, script, { signal, onProgress: terminal.progress('computing') })
      terminal.result(
        { purchase, programHash: result.programHash, resultHash: result.resultHash, computedAt: result.computedAt },
        `Computed on purchase ${purchase}; the encrypted result is kept (${result.resultHash}).`,
      )
    }))
  program.command('request').description('send the result, wait for the answer, open and check it')
    .argument('<purchase>', 'its number', parseNumber)
    .option('--out <file>', 'also write the answer there, as JSON')
    .action((number: bigint, options: { out?: string }) => withHost(globals(), async (host, terminal) => {
      const { signal } = createInterrupt()
      const { purchases } = await host.trade()
      const purchase = await purchases.request(number, { signal, onStep: (step) => { terminal.note(step) } })
      const answer = JSON.parse(purchase.answer ?? 'null') as AnswerJson
      if (options.out !== undefined) writeUserFile(options.out, `${JSON.stringify(answer, null, 2)}\n`)
      const { proofVerified } = purchase
      const notice = describeProof(proofVerified)
      const { unprovedReplies } = await purchases.show(purchase.number)
      terminal.result(
        { purchase: purchase.number, answer, proofVerified, unprovedReplies, notice },
        [describeAnswer(answer), notice, ...describeReplies(unprovedReplies)].join('\n'),
      )
    }))
  const move = (name: 'confirm' | 'litigate' | 'dispute', description: string): void => {
    program.command(name).description(description).argument('<purchase>', 'its number', parseNumber)
      .action((number: bigint) => withHost(globals(), async (host, terminal) => {
        const { id, state, terms, interactionOpened } = await (await host.trade()).purchases[name](number)
        const back = state === 'Refunded' ? ` Yours to withdraw: ${sayRefund(terms, interactionOpened)}.` : ''
        terminal.result({ purchase: id, state }, `Purchase ${id} is ${state}.${back}`)
      }))
  }
  move('confirm', 'the answer is right: the seller is paid, the guarantee comes back')
  move('litigate', 'get the money back, but for a fee paid for the seller\'s help: before a result was requested, or after a missed delivery')
  move('dispute', 'the answer is wrong: the arbiter decides, or half the price is lost')

  const purchases = program.command('purchases').description('what was bought')
  purchases.command('list').description('all purchases of this wallet on the network in use, those that another profile made named apart')
    .action(() => withHost(globals(), async (host, terminal) => {
      const { purchases: service, market } = await host.trade()
      const [views, elsewhere, nowSeconds] = [await service.list(), await service.listElsewhere(), await market.readTime()]
      const lines = [...views.map(describe), ...elsewhere.map((found) => describeElsewhere(found, nowSeconds))]
      terminal.result({
        purchases: views.map(toDocument),
        elsewhere: elsewhere.map(({ canTakeUp, onChain: { id, listing, seller, state, deadlineSeconds } }) =>
          ({ purchase: id, listing, seller, state, deadlineSeconds: deadlineSeconds === 0 ? null : deadlineSeconds, canTakeUp })),
      }, lines.length === 0 ? 'Nothing bought yet. `hesystem market list` shows what is on sale.' : lines.join('\n'))
    }))
  purchases.command('take-up').description('go on here with a purchase that this wallet made in another profile, and that nobody asked an answer of yet')
    .argument('<purchase>', 'its number', parseNumber)
    .action((number: bigint) => withHost(globals(), async (host, terminal) => {
      const { purchases: service } = await host.trade()
      await service.takeUp(number)
      const view = await service.show(number)
      terminal.result(toDocument(view), [describe(view), describeNextMove(view)].join('\n'))
    }))
  purchases.command('show').description('one purchase, with its answer').argument('<purchase>', 'its number', parseNumber)
    .action((number: bigint) => withHost(globals(), async (host, terminal) => {
      const view = await (await host.trade()).purchases.show(number)
      const { answer, proofVerified } = view.purchase
      const words = answer === null ? [] : [describeAnswer(JSON.parse(answer) as AnswerJson)]
      const proof = answer === null && proofVerified === null ? [] : [describeProof(proofVerified)]
      const replies = describeReplies(view.unprovedReplies)
      terminal.result(toDocument(view), [describe(view), ...words, ...proof, ...replies, describeNextMove(view)].join('\n'))
    }))
}

export const addBuyCommands = (program: Command, globals: () => GlobalOptions): void => {
  addMarketCommands(program, globals)
  addRehearsalCommands(program, globals)
  addPurchaseCommands(program, globals)
}
