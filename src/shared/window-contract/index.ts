import type { ContractRouterClient, InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract'
import { activityContract } from './activity.ts'
import { appContract } from './app.ts'
import { backupContract } from './backup.ts'
import { datasetsContract } from './datasets.ts'
import { disputesContract } from './disputes.ts'
import { jobsContract } from './jobs.ts'
import { listingsContract } from './listings.ts'
import { marketContract } from './market.ts'
import { networksContract, practiceContract } from './networks.ts'
import { purchasesContract } from './purchases.ts'
import { receiptsContract } from './receipts.ts'
import { salesContract } from './sales.ts'
import { serveContract } from './serve.ts'
import { settingsContract } from './settings.ts'
import { signingContract } from './signing.ts'
import { walletContract } from './wallet.ts'
import { workspaceContract } from './workspace.ts'

/**
 * Everything the window may ask of its shell: one list, from which the host's router and the renderer's client take their
 * types. A handler that is missing or too many does not compile; a name that is not here is refused. Ciphertexts and keys never
 * cross it (S26): ids, shapes, summaries and answers do. Amounts are decimal strings of wei, times ISO 8601 or seconds of the
 * chain's clock (`…Seconds`). What fails, fails with APP_ERROR, whose data is the error document.
 */
export const windowContract = {
  app: appContract,
  wallet: walletContract,
  backup: backupContract,
  networks: networksContract,
  practice: practiceContract,
  datasets: datasetsContract,
  listings: listingsContract,
  serve: serveContract,
  sales: salesContract,
  market: marketContract,
  workspace: workspaceContract,
  purchases: purchasesContract,
  disputes: disputesContract,
  receipts: receiptsContract,
  activity: activityContract,
  settings: settingsContract,
  signing: signingContract,
  jobs: jobsContract,
}

export type WindowContract = typeof windowContract
/** What the renderer holds. */
export type WindowClient = ContractRouterClient<WindowContract>
export type WindowInputs = InferContractRouterInputs<WindowContract>
export type WindowOutputs = InferContractRouterOutputs<WindowContract>
