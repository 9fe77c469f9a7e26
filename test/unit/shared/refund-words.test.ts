import { describe, expect, it } from 'vitest'
import { warnBuyerOfDisputes } from '../../../src/shared/dispute-warnings.ts'
import { sayRefund, sayRefundBeforeBuying } from '../../../src/shared/refund-words.ts'

const ether = 10n ** 18n
const terms = { valueWei: 2n * ether, guaranteeWei: ether, interactionFeeWei: ether / 4n }
const seller = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

describe('what comes back to a buyer', () => {
  it('is everything until comparisons are paid for, and names the fee that stays with the seller then', () => {
    expect(sayRefund(terms, false)).toBe('price and guarantee')
    expect(sayRefund(terms, true)).toContain('less the fee for the seller\'s help (0.25 ether')
    expect(sayRefund({ ...terms, interactionFeeWei: 0n }, true)).toBe('price and guarantee')
  })

  it('is said before buying with the fee that would not come back', () => {
    expect(sayRefundBeforeBuying(terms)).toContain('but the fee for the seller\'s help (0.25 ether)')
    expect(sayRefundBeforeBuying({ interactionFeeWei: 0n })).toBe('everything back')
  })

  it('after an unruled dispute is half of what the fee left of the price', () => {
    const disputed = { valueWei: terms.valueWei, guaranteeWei: terms.guaranteeWei, arbiter: null, seller }
    expect(warnBuyerOfDisputes(disputed)[0]).toContain('half of the price (1 ether)')
    expect(warnBuyerOfDisputes({ ...disputed, paidFeeWei: terms.interactionFeeWei })[0]).toContain('half of what is left of the price (0.875 ether)')
  })

  it('is warned of before paying: a silent arbiter, and a guarantee too small to deter idle disputes', () => {
    const judged = { valueWei: terms.valueWei, arbiter: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', seller }
    expect(warnBuyerOfDisputes({ ...judged, guaranteeWei: terms.valueWei / 10n }).join(' ')).toMatch(/silent[^]*does not deter idle disputes/)
    expect(warnBuyerOfDisputes({ ...judged, guaranteeWei: terms.valueWei / 2n }).join(' ')).not.toContain('idle')
  })
})
