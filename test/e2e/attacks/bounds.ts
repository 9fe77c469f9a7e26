import { expect, it } from 'vitest'
import { checkScript } from '../../../src/host/buyer/rehearse.ts'
import { queryProfile } from '../support/profile.ts'
import { refusalOf } from '../support/refusal.ts'
import { askByHand, buyAndCompute, expectRefunded, readState, type Ground } from './target.ts'

/** Attacks on how large the numbers of an answer may be, where the seller sees the program. */
export const attackBounds = (ground: Ground): void => {
  it('S3: an answer that is larger than the listing may give, because its table is not what was declared; and a program that could give one', async () => {
    const { target, target: { mallory: { trade }, mallory, urls, seller } } = ground
    const { details: terms, seller: client } = await trade.openListing(urls.narrow)
    const script = (source: string) => ({ fileName: 'bound.ts', source: `export default ${source}\n` })
    // By the declared bounds 20 bits, of 16: refused by the rule's name before anything is paid, before anything is requested, and by hand.
    const long = script('data.col("bonus").slice(0, 6).sum() * 1000 + data.col("bonus").slice(6, 12).sum()')
    expect(await checkScript(long, terms, client)).toMatchObject({ allowed: false, code: 'policy.answer-bits' })
    const refused = await buyAndCompute(mallory, urls.narrow, long.source)
    expect(await refusalOf(() => trade.purchases.request(refused.number))).toMatchObject({ code: 'policy.refused', details: { rule: 'policy.answer-bits' } })
    expect((await trade.market.readPurchase(refused.number)).state).toBe('Paid')
    expect(await askByHand(target, mallory, refused.number, refused)).toBe('policy.answer-bits')
    expect(await readState(target)).toEqual(ground.before)

    // By the declared bounds 11 bits; by the table 24. It is decrypted, and debited for that, and nobody is told.
    const whole = script('data.col("bonus").sum()')
    expect(await checkScript(whole, terms, client)).toMatchObject({ allowed: true })
    const { number } = await buyAndCompute(mallory, urls.narrow, whole.source)
    const refusal = await refusalOf(() => trade.purchases.request(number))
    expect(refusal).toMatchObject({ code: 'policy.refused', details: { rule: 'policy.answer-out-of-bounds' } })
    expect(`${refusal.message} ${JSON.stringify(refusal.details)}`).not.toMatch(/\d{5}/)
    await expectRefunded(mallory, number)
    const cells = queryProfile(seller.home, 'SELECT * FROM ledger_cells')
    expect(cells).toHaveLength((ground.before.cells as unknown[]).length + 1)
    // Asked again it is declined again, at no further cost.
    const again = await buyAndCompute(mallory, urls.narrow, whole.source)
    expect(await askByHand(target, mallory, again.number, again)).toBe('policy.answer-out-of-bounds')
    expect(queryProfile(seller.home, 'SELECT * FROM ledger_cells')).toEqual(cells)
    const { owedWei, answered } = ground.before
    ground.before = { ...await readState(target), owedWei, answered }
  })
}
