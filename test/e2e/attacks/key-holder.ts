import { expect, it } from 'vitest'
import { powerByBigInt } from '../../../src/crypto/modular.ts'
import { nameAsker } from '../../../src/host/ledger/source-store.ts'
import { productsSchema, signsSchema } from '../../../src/shared/schemas/http.ts'
import { queryProfile, updateProfile } from '../support/profile.ts'
import { refusalOf } from '../support/refusal.ts'
import { askByHand, interactionFeeWei, postHelp, readColumns, readState, toBytes, toInteger, type Attacker, type Ground } from './target.ts'

/** What interactive use costs is the seller's for good: the one thing that an attack may leave behind. */
const expectFee = async (ground: Ground, times = 1): Promise<void> => {
  ground.before = { ...ground.before, owedWei: ground.before.owedWei + BigInt(times) * interactionFeeWei }
  expect(await readState(ground.target)).toEqual(ground.before)
}

/** Attacks on what the key holder answers while a script runs. */
export const attackKeyHolder = (ground: Ground): void => {
  it('S1: a decryption of one\'s own choice, as the key holder\'s help to a listing that sees what is asked', async () => {
    const { target: { mallory, urls } } = ground
    const { number } = await mallory.trade.purchases.buy(urls.rows)
    await mallory.trade.purchases.openInteraction(number)
    await mallory.trade.purchases.download(number)
    const ciphertexts = Buffer.from((await readColumns(mallory, number)).subarray(0, 512)).toString('base64')
    const ask = (kind: 'comparisons' | 'products', body: object): Promise<unknown> => postHelp(mallory, number, kind, body, signsSchema)
    expect((await refusalOf(() => ask('comparisons', { ciphertexts }))).code).toBe('policy.program-expected')
    expect((await refusalOf(() => ask('products', { left: ciphertexts, right: ciphertexts }))).code).toBe('policy.program-expected')
    await expectFee(ground)
  })

  it('S5: a search for one cell by comparisons, with fresh wallets, each of which pays its fee', async () => {
    const { target, target: { mallory, alice, urls, seller } } = ground
    /** Halves the range until it is refused; every question is new, so that none is answered from memory. */
    const search = async (attacker: Attacker): Promise<{ readonly asked: number; readonly code: string }> => {
      const { number } = await attacker.trade.purchases.buy(urls.rows)
      await attacker.trade.purchases.openInteraction(number)
      for (let asked = 0; ; asked += 1) {
        const comparisons = [{ constant: String(-(1000 + 97 * asked + (attacker === mallory ? 0 : 13))), terms: [[3, 1, '1']] }]
        try {
          await postHelp(attacker, number, 'comparisons', { comparisons }, signsSchema)
        } catch (error) {
          await attacker.trade.purchases.litigate(number)
          return { asked, code: (error as { code: string }).code }
        }
      }
    }
    const found = [await search(mallory), await search(alice)]
    expect(found).toEqual([{ asked: 6, code: 'policy.budget-spent' }, { asked: 0, code: 'policy.budget-spent' }])
    // Six in all, for good; and either wallet has paid for it, though both have taken their money back.
    const comparisons = queryProfile(seller.home, 'SELECT * FROM ledger_comparisons')
    expect(comparisons).toHaveLength((ground.before.comparisons as unknown[]).length + 6)
    ground.before = { ...ground.before, comparisons, sources: (await readState(target)).sources }
    await expectFee(ground, 2)
  })

  it('S3, S4, S5: private mode, asked for raw numbers: by help that is sent again, by another wallet, beyond its budgets and its bounds', async () => {
    const { target, target: { mallory, alice, urls, seller } } = ground
    const buy = async (attacker: Attacker): Promise<bigint> => {
      const { number } = await attacker.trade.purchases.buy(urls.unseen)
      await attacker.trade.purchases.openInteraction(number)
      return number
    }
    const { number: one, other, cells } = await (async () => {
      const number = await buy(mallory)
      await mallory.trade.purchases.download(number)
      return { number, other: await buy(alice), cells: (await readColumns(mallory, number)).subarray(0, 12 * 512) }
    })()
    const own = BigInt(`0x${mallory.trade.purchases.get(one).details.dataset.key.n}`)
    const cellsOf = (from: number, to: number): string => Buffer.from(cells.subarray(from * 512, to * 512)).toString('base64')
    const mallorys = nameAsker({ purchase: one, buyer: mallory.trade.market.account })
    const counted = (): unknown[] => queryProfile(seller.home, 'SELECT kind, purchase, count FROM ledger_asks ORDER BY purchase, kind, count')
    const compare = async (attacker: Attacker, number: bigint, from: number, to: number): Promise<string> =>
      (await postHelp(attacker, number, 'comparisons', { ciphertexts: cellsOf(from, to) }, signsSchema)).signs
    const multiply = async (attacker: Attacker, number: bigint, from: number, to: number): Promise<string> =>
      (await postHelp(attacker, number, 'products', { left: cellsOf(from, to), right: cellsOf(from, to) }, productsSchema)).ciphertexts

    // Whatever is no ciphertext is neither answered nor counted, on the places that are paid for as on those that are free (S12).
    const nothing = [0n, own, own * own, 2n ** 4096n - 1n].map((value) => Buffer.from(toBytes(value)).toString('base64'))
    for (const ciphertexts of [...nothing, 'AA==', '']) {
      expect((await refusalOf(() => postHelp(mallory, one, 'comparisons', { ciphertexts }, signsSchema))).code).toMatch(/^(?:crypto\.invalid-ciphertext|input\.invalid)$/)
      expect((await refusalOf(() => postHelp(mallory, one, 'products', { left: cellsOf(0, 1), right: ciphertexts }, productsSchema))).code)
        .toMatch(/^(?:crypto\.invalid-ciphertext|input\.invalid)$/)
    }
    expect(counted()).toEqual([])

    // Sent again by the same purchase it is the same answer and the same count; cut and joined anew it is another question.
    expect([await compare(mallory, one, 0, 2), await compare(mallory, one, 0, 2)]).toEqual(['11', '11'])
    expect(counted()).toEqual([{ kind: 'comparisons', purchase: mallorys, count: 2 }])
    expect([await compare(mallory, one, 0, 1), await compare(alice, other, 0, 2)]).toEqual(['1', '11'])
    // Five of six: two more are refused as one, one is left for whoever comes first.
    expect((await refusalOf(() => compare(alice, other, 2, 4))).code).toBe('policy.budget-spent')
    expect(await compare(alice, other, 2, 3)).toBe('1')
    for (const [attacker, number] of [[mallory, one], [alice, other]] as const) {
      expect((await refusalOf(() => compare(attacker, number, 4, 5))).code).toBe('policy.budget-spent')
    }
    // The same factors again are made anew: two encryptions of one product, and one count.
    const products = [await multiply(mallory, one, 0, 4), await multiply(mallory, one, 0, 4)]
    expect(products[0]).not.toBe(products[1])
    expect((await refusalOf(() => multiply(alice, other, 0, 1))).code).toBe('policy.budget-spent')
    expect(counted().filter((ask) => (ask as { kind: string }).kind === 'products')).toEqual([{ kind: 'products', purchase: mallorys, count: 4 }])

    // More cells than an answer has, refused before anything is decrypted; a number out of bounds, withheld, and its cells gone for good.
    expect(await askByHand(target, mallory, one, { program: null, ciphertexts: cells.subarray(0, 5 * 512) })).toBe('policy.answer-cells')
    const large = [0, 1, 2, 3].map((cell) => powerByBigInt(toInteger(cells.subarray(cell * 512, (cell + 1) * 512)), 2n ** 128n, own * own))
    const beyond = Buffer.concat(large.map(toBytes))
    expect(await askByHand(target, alice, other, { program: null, ciphertexts: beyond })).toBe('policy.answer-out-of-bounds')
    const { owedWei, answered } = ground.before
    ground.before = { ...await readState(target), owedWei, answered }
    expect(queryProfile(seller.home, 'SELECT cells FROM ledger WHERE cells IS NOT NULL')).toEqual([{ cells: 4 }])
    await expectFee(ground, 2)
    // Restored from a backup, the seller does not know what it told in between: it helps nobody any more with that table.
    updateProfile(seller.home, "INSERT INTO restorations (backed_up_at, restored_at) VALUES ('2020-01-01T00:00:00Z', '2120-01-01T00:00:00Z')")
    const { number: fresh } = await mallory.trade.purchases.buy(urls.unseen)
    await mallory.trade.purchases.openInteraction(fresh)
    expect((await refusalOf(() => compare(mallory, fresh, 0, 1))).code).toBe('policy.ledger-behind')
    expect((await refusalOf(() => multiply(mallory, fresh, 0, 1))).code).toBe('policy.ledger-behind')
    updateProfile(seller.home, 'DELETE FROM restorations')
    await expectFee(ground)
    // What is declined is over: the key holder helps it no more.
    expect((await refusalOf(() => compare(mallory, one, 0, 2))).code).toBe('escrow.wrong-state')
  })
}
