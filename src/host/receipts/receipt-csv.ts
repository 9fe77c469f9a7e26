import { formatEther } from 'ethers'
import { csvCell } from '../../shared/csv.ts'
import { receiptIdOf, type Receipt } from '../protocol/receipt.ts'
import { listLedgerEntries } from './receipt-ledger.ts'

const columns = [
  'time_utc', 'chain_id', 'contract', 'purchase', 'listing', 'title', 'move', 'what', 'role', 'account', 'amount_wei', 'amount_ether',
  'transaction_hash', 'block_number', 'state', 'receipt',
] as const

/** A line for every payment into the contract, every credit and everything burned, amounts in wei and in ether: for bookkeeping. */
export const writeReceiptCsv = (receipt: Receipt, title: string | null): string => {
  const { trade } = receipt
  const rows = listLedgerEntries(receipt).map(({ move, what, role, account, amountWei }) => [
    new Date(move.timeSeconds * 1000).toISOString(), String(trade.chainId), trade.contract, trade.purchase, trade.listing, title ?? '', move.name, what, role ?? '', account ?? '',
    amountWei.toString(), formatEther(amountWei), move.transactionHash, String(move.blockNumber), trade.state, receiptIdOf(trade),
  ])
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
}
