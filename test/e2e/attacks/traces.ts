import { expect, it } from 'vitest'
import { countBlocks, findSecrets, formsOf, joinForms, plant, readChain, type Secret, type Surface } from './search.ts'
import { buyAndCompute, longRows, readState, shareOf, type Ground } from './target.ts'

/** Attacks by reading alone: whatever a trade leaves where others can look. */
export const attackTraces = (ground: Ground): void => {
  it('S10: everything that ever stood on the chain, the seller\'s log and its metrics, searched in every form for the table, the question and the answer', async () => {
    const { target, target: { alice, urls, stage: { chain }, serving, metricsUrl } } = ground
    const { purchases, market } = alice.trade
    // A question of its own words and numbers, asked and answered.
    const factors = [48_611.75, 90_017.25]
    const source = `const firstHalf = data.col('remuneration').slice(0, 6).sum() * ${factors[0]}\nexport default { kappaOfFirst: firstHalf + data.col('pension').sum() * ${factors[1]} }\n`
    const { number } = await buyAndCompute(alice, urls.long, source)
    const { answer, integers } = await purchases.request(number)
    await purchases.confirm(number)
    const { kappaOfFirst: told } = JSON.parse(answer ?? '{}') as { kappaOfFirst: number }
    const [integer = 0n] = integers ?? []
    const secrets: readonly Secret[] = [
      ...longRows.flat().map((cell, index): Secret => ({ what: `cell ${index}`, number: cell })),
      { what: 'the answer', number: told }, { what: 'the answer\'s integer', number: integer },
      ...factors.map((factor, index): Secret => ({ what: `factor ${index}`, number: factor })),
      ...['remuneration', 'kappaOfFirst', 'firstHalf', 'slice(0, 6)', '.sum()', 'export default'].map((words): Secret => ({ what: words, text: words })),
      { what: 'the program', text: purchases.findResult(number)?.program.slice(1, 200) ?? '' },
    ]
    const spoken: readonly Surface[] = [
      { name: 'the log', bytes: Buffer.from(`${serving.stdout()}\n${serving.stderr()}`) },
      { name: 'the metrics', bytes: Buffer.from(await (await fetch(metricsUrl)).text()) },
    ]
    const surfaces = [...await readChain(chain.rpcUrl), ...spoken]
    for (const { name, bytes } of surfaces) expect(bytes.length, name).toBeGreaterThan(200)
    // The sealed answer is among it, so this is where the rest would be.
    const sealed = (await market.findDelivery(number))?.sealedAnswer.slice(2) ?? ''
    expect(surfaces.filter(({ bytes }) => Buffer.from(bytes).includes(Buffer.from(sealed, 'hex'))).map(({ name }) => name)).toEqual(['calldata', 'events'])
    expect(findSecrets(secrets, surfaces)).toEqual([])

    // What would be there is found: each form of a number and of a text, planted in calldata, in an event, and among what is told.
    const planted = secrets.filter(({ what }) => ['cell 7', 'the answer\'s integer', 'kappaOfFirst'].includes(what))
    expect(planted).toHaveLength(3)
    for (const secret of planted) {
      const forms = formsOf(secret)
      const before = await countBlocks(chain.rpcUrl)
      await plant(chain, forms)
      const half = (bytes: Uint8Array): number => Math.floor(bytes.length / 2)
      const spoilt = spoken.map(({ name, bytes }): Surface =>
        ({ name, bytes: Buffer.concat([bytes.subarray(0, half(bytes)), joinForms(forms), bytes.subarray(half(bytes))]) }))
      const found = findSecrets([secret], [...await readChain(chain.rpcUrl, before), ...spoilt])
      expect(forms.length).toBeGreaterThan('text' in secret ? 15 : 300)
      for (const place of ['calldata', 'events', 'the log', 'the metrics']) {
        const here = new Set(found.filter((one) => one.place === place).map(({ form }) => form))
        expect(forms.filter(({ form }) => !here.has(form)).map(({ form }) => form), place).toEqual([])
      }
    }
    const { owedWei } = await readState(target)
    expect(owedWei - ground.before.owedWei).toBe(await shareOf(market, number, target.seller.address))
    ground.before = await readState(target)
  })
}
