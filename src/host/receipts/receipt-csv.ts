import { formatEther } from 'ethers'
import { receiptIdOf, type Receipt } from '../protocol/receipt.ts'
import { listLedgerEntries } from './receipt-ledger.ts'

/** What a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection); RFC 4180 does the rest. */
export const csvCell = (value: string): string => {
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

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
