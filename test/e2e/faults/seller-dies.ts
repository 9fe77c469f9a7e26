import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

// Loaded into every process of a demo by NODE_OPTIONS: the seller's `serve` says which process it is, and the buyer's command
// named by DIES_AT kills it, once, right before asking it for anything.
const note = join(tmpdir(), 'seller.pid')
const { DIES_AT: command = '' } = process.env

if (isMainThread && process.argv.includes('serve')) writeFileSync(note, String(process.pid))
if (isMainThread && process.argv.includes(command)) {
  process.kill(Number(readFileSync(note, 'utf8')), 'SIGKILL')
}
