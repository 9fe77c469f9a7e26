import { AppError } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import type { Move } from '../../shared/window-contract/signing.ts'
import type { WindowContext } from './context.ts'
import type { MovePlan } from './move-plan.ts'
import { planDeploy, planListingMove } from './plan-listing-moves.ts'
import { planDisputeMove } from './plan-dispute-moves.ts'
import { planReplacementMove } from './plan-replacement-moves.ts'
import { planBuy, planPurchaseMove, planWithdraw } from './plan-trade-moves.ts'
import { authorisedFunctions, defaultServeHost, defaultServePort, type ServeControl } from './serve-control.ts'

/** More than any of the three moves takes (S10), for asking whether the wallet could pay one. */
const generousGas = 500_000n
const defaultMovesPerDay = 20n

type ServeMove = Extract<Move, { kind: 'serve' }>

/** The standing authorisation: what serving will sign by itself, asked for once. The wallet is looked at before the switch turns green. */
const planServe = async ({ host, now }: Pick<WindowContext, 'host' | 'now'>, serve: ServeControl, { options }: ServeMove): Promise<MovePlan> => {
  if (serve.isOn()) throw new AppError('access.serving', 'Serving is on already.')
  const { market, listings } = await host.trade()
  const published = listings.list().filter(({ state, details }) => state !== 'draft' && details.chain_id === market.chainId && details.contract_address === market.contract)
  const chosen = options.listings === undefined ? published : options.listings.map((id) => listings.show(id))
  if (chosen.length === 0) throw new AppError('escrow.wrong-state', 'There is no published listing to serve yet.')
  const { maxFeePerGasWei } = await market.outbox.estimate({ to: market.account, data: '0x', valueWei: 0n })
  const oneMoveWei = generousGas * maxFeePerGasWei
  const maxGasPerDayWei = options.maxGasPerDayWei === undefined ? oneMoveWei * defaultMovesPerDay : BigInt(options.maxGasPerDayWei)
  const bondWei = chosen.reduce((most, { terms }) => (terms.guaranteeWei > most ? terms.guaranteeWei : most), 0n)
  const balanceWei = await market.readAccountBalance(market.account)
  if (balanceWei < oneMoveWei + bondWei) {
    throw new AppError('chain.insufficient-funds', `The wallet ${market.account} has ${formatEther(balanceWei)} ether; one answer can take ${formatEther(oneMoveWei + bondWei)} ether in gas and deposit.`, {
      details: { account: market.account, neededWei: (oneMoveWei + bondWei).toString(), availableWei: balanceWei.toString() },
    })
  }
  const titles = chosen.map(({ details }) => `“${details.title}”`).join(', ')
  return {
    kind: 'serve',
    title: 'Serve, and let the app answer by itself',
    words: [
      `Until you switch it off, the app may deliver answers, decline requests and reclaim what absent buyers left, for ${titles} (${authorisedFunctions.join(', ')}). Nothing else.`,
      `It spends at most ${formatEther(maxGasPerDayWei)} ether a day on gas, and each use is written in the log.`,
      bondWei === 0n ? 'No guarantee is deposited with an answer: these listings have none.'
        : `Every answer deposits your guarantee (at most ${formatEther(bondWei)} ether) until the buyer confirms.`,
    ],
    warnings: ['Who lets a delivery time pass loses the sale: keep this computer awake while a purchase is open.'],
    subject: 'serve',
    counterparty: null,
    call: null,
    priceWei: null,
    guaranteeWei: bondWei,
    deadlines: chosen.map(({ details, terms }) => ({ what: `Your time to answer a request for “${details.title}”`, seconds: terms.deliverySeconds })),
    termsHash: null,
    estimate: null,
    allowanceWei: maxGasPerDayWei,
    stoppable: false,
    carryOut: async () => {
      const serving = await serve.on({
        chainId: market.chainId,
        contract: market.contract,
        listings: chosen.map(({ id }) => id),
        maxGasPerDayWei,
        host: options.host ?? defaultServeHost,
        port: options.port ?? defaultServePort,
        publicUrl: options.publicUrl ?? null,
        ownTls: options.ownTls ?? false,
        grantedAt: now().toISOString(),
      })
      return { kind: 'serving', url: options.publicUrl ?? serving.localUrl }
    },
  }
}

/** What is published while Serve is on is answered for as well: its buyers would wait for nothing otherwise. */
const coverWhileServing = (plan: MovePlan, serve: ServeControl, listing: string): MovePlan => (!serve.isOn() ? plan : {
  ...plan,
  words: [...plan.words, 'Serve is on: it will answer for this listing too, with the same calls and within the same gas a day.'],
  carryOut: async (...given) => {
    serve.cover(listing)
    return plan.carryOut(...given)
  },
})

/** The standing authorisation goes on under the new terms: what it deposits by itself is said before they are signed. */
const warnWhileServing = (plan: MovePlan, serve: ServeControl): MovePlan => (!serve.isOn() ? plan : {
  ...plan,
  words: [...plan.words, `Serve is on: from then on each answer to a new purchase deposits ${formatEther(plan.guaranteeWei ?? 0n)} ether until the buyer confirms, without asking you.`],
})

/** Works out any move, without signing anything. */
export const createMovePlanner = (context: Pick<WindowContext, 'host' | 'now'>, serve: ServeControl) => async (move: Move): Promise<MovePlan> => {
  const { host } = context
  switch (move.kind) {
    case 'deploy': return planDeploy(host)
    case 'publish': return coverWhileServing(planListingMove(await host.trade(), move), serve, move.listing)
    case 'reprice': return warnWhileServing(planListingMove(await host.trade(), move), serve)
    case 'close':
    case 'open':
    case 'relocate': return planListingMove(await host.trade(), move)
    case 'serve': return planServe(context, serve, move)
    case 'buy': return planBuy(await host.trade(), move)
    case 'withdraw': return planWithdraw(await host.trade(), move)
    case 'speed-up':
    case 'cancel': return planReplacementMove((await host.chain()).outbox, move)
    case 'rule':
    case 'close-dispute': return planDisputeMove(await host.trade(), move)
    case 'request':
    case 'openInteraction':
    case 'confirm':
    case 'litigate':
    case 'dispute':
    case 'decline':
    case 'reclaim': return planPurchaseMove(await host.trade(), move)
  }
}
