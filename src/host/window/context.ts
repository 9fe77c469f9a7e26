import type { Host, Trade } from '../create-host.ts'
import type { MarketPlace } from '../seller/listing-store.ts'
import type { Changes } from './changes.ts'
import type { JobRegistry } from './jobs.ts'
import type { ScriptFiles } from './script-files.ts'

/** What the window's services stand on. */
export interface WindowContext {
  readonly host: Host
  readonly jobs: JobRegistry
  readonly changes: Changes
  readonly scripts: ScriptFiles
  readonly now: () => Date
  /** Tells the shell's log about what should not have happened. */
  readonly onBug: (error: unknown) => void
}

/** The market in use, or null where no network with a contract is: for what can be shown without one. */
export const findPlace = ({ networks }: Host): MarketPlace | null => {
  const network = networks.findActive()
  return network === null || network.contract === null ? null : { chainId: network.chainId, contract: network.contract }
}

/** Everything on the network in use, or null before one with a contract has been chosen or a wallet made. */
export const findTrade = async (host: Host): Promise<Trade | null> =>
  (findPlace(host) === null || host.wallet.find() === null ? null : host.trade())
