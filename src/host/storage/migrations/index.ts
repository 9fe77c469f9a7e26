import { profile } from './0001-profile.ts'
import { datasets } from './0002-datasets.ts'
import { transactions } from './0003-transactions.ts'
import { trade } from './0004-trade.ts'
import { windowTables } from './0005-window.ts'
import { proofs } from './0006-proofs.ts'
import { ledger } from './0007-ledger.ts'
import { restorations } from './0008-restorations.ts'
import { packed } from './0009-packed.ts'
import { marketIndex } from './0010-market-index.ts'
import { privateMode } from './0011-private-mode.ts'
import { interaction } from './0012-interaction.ts'
import { sourceRows } from './0013-source-rows.ts'
import { privateHelp } from './0014-private-help.ts'
import { explorer } from './0015-explorer.ts'
import { chainGenesis } from './0016-chain-genesis.ts'
import { salesByRequest } from './0017-sales-by-request.ts'
import { finalTransactions } from './0018-final-transactions.ts'
import { judgedListings } from './0019-judged-listings.ts'

/** Forward only, one step each, never edited once released: a mistake is mended by the next migration. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  { version: 1, sql: profile },
  { version: 2, sql: datasets },
  { version: 3, sql: transactions },
  { version: 4, sql: trade },
  { version: 5, sql: windowTables },
  { version: 6, sql: proofs },
  { version: 7, sql: ledger },
  { version: 8, sql: restorations },
  { version: 9, sql: packed },
  { version: 10, sql: marketIndex },
  { version: 11, sql: privateMode },
  { version: 12, sql: interaction },
  { version: 13, sql: sourceRows },
  { version: 14, sql: privateHelp },
  { version: 15, sql: explorer },
  { version: 16, sql: chainGenesis },
  { version: 17, sql: salesByRequest },
  { version: 18, sql: finalTransactions },
  { version: 19, sql: judgedListings },
]
