import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTradeText } from '../../../src/host/receipts/trade-text.ts'
import { verifyTradeFile } from '../../../src/host/receipts/result-file.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { createSettledReceipt } from './settled-receipt.ts'

/** How many places in the file are tried, evenly spread from one that is drawn; `HESYSTEM_SWEEP=all` tries every one. */
const sampled = process.env['HESYSTEM_SWEEP'] === 'all' ? Infinity : 250

describe('a receipt\'s file', () => {
  it('with any one byte changed is no receipt, or does not hold and names a field, or says the very same', async () => {
    const receipt = await createSettledReceipt()
    const original = Buffer.from(`${JSON.stringify(receipt, null, 2)}\n`)
    const document = parseTradeText(original.toString(), 'receipt.json')
    expect(verifyTradeFile(document)).toMatchObject({ ok: true, signedByBoth: true })
    const seed = fc.sample(fc.nat(), 1)[0] ?? 0
    const step = Math.max(1, Math.floor(original.length / sampled))
    for (let at = seed % step; at < original.length; at += step) {
      const changed = Buffer.from(original)
      changed[at] = ((original[at] ?? 0) + 1 + (seed + at) % 255) % 256
      const where = `seed ${seed}, byte ${at}: ${original[at]} became ${changed[at]}`
      try {
        const json = parseTradeText(changed.toString(), 'receipt.json')
        if (isDeepStrictEqual(json, document)) continue
        const { ok, problems } = verifyTradeFile(json)
        expect(ok, where).toBe(false)
        expect(problems.some(({ field }) => field !== ''), `${where}: ${JSON.stringify(problems)}`).toBe(true)
      } catch (error) {
        if (!isAppError(error, 'input.invalid')) throw error
      }
    }
  }, 120_000)
})
