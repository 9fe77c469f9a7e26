import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import { createJudges, judgesHere, type Judges } from '../../../src/host/judging/judges.ts'
import type { Market } from '../../../src/host/chain/market.ts'
import type { DatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { createListingService } from '../../../src/host/seller/listing-service.ts'
import type { LedgerSubject } from '../../../src/host/ledger/ledger.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { createFolder } from '../../e2e/support/cleanup.ts'
import { contract, openProfile, tableOf, type Terms } from './ledger-profile.ts'

describe('what is judged in threads while the ledger moves', () => {
  const judges = createJudges()
  afterAll(async () => { await judges.close() })
  const sumOf = (from: number, to: number) => (data: Tensor): AnswerValue => data.col('a').slice(from, to).sum()

  type Profile = ReturnType<typeof openProfile>
  const openWages = (own: Pick<Judges, 'run'>, terms: Terms = {}) => {
    const profile = openProfile(undefined, undefined, own)
    profile.importTable('wages', tableOf(12))
    return { ...profile, subject: profile.subjectOf('wages', terms) }
  }
  /** Asks as a purchase does: judged elsewhere, then debited; the code it is refused with, or null. */
  const buy = async (
    { ledger, subject, programOf }: Profile & { subject: LedgerSubject }, purchase: bigint, question: (data: Tensor) => AnswerValue,
  ) => {
    const text = encodeProgram(programOf(subject, question))
    const entry = { chainId: 1, contract, purchase, programHash: text }
    try {
      await ledger.settle({ kind: 'program', text }, subject, (judged) => ledger.debit(entry, judged, subject))
      return null
    } catch (error) {
      if (isAppError(error)) return error.code
      throw error
    }
  }

  it('gives the last of a budget to one of two that ask for it at once', async () => {
    const profile = openWages(judges, { totalCells: 1 })
    const outcomes = await Promise.all([buy(profile, 1n, sumOf(0, 12)), buy(profile, 2n, (data) => data.col('b').sum())])
    expect(outcomes.toSorted()).toEqual(['policy.budget-spent', null].toSorted())
    expect(profile.ledger.countCells('wages')).toBe(1)
    expect(profile.database.prepare('SELECT * FROM ledger').all()).toHaveLength(1)
  })

  it('answers one of S and S∖{i}, asked at once and each permitted by itself', async () => {
    const profile = openWages(judges)
    const outcomes = await Promise.all([buy(profile, 1n, sumOf(0, 4)), buy(profile, 2n, sumOf(0, 3))])
    expect(outcomes.toSorted()).toEqual(['policy.min-rows', null].toSorted())
    expect(profile.database.prepare('SELECT * FROM ledger').all()).toHaveLength(1)
  })

  it('judges again what the source was ahead of, and at last where nothing can come in between', async () => {
    let runs = 0
    const between: (() => void)[] = []
    const slow: Pick<Judges, 'run'> = {
      run: async (job) => {
        runs += 1
        const judged = await judgesHere.run(job)
        between.shift()?.()
        return judged
      },
    }
    const profile = openWages(slow)
    const { subject, programOf, debit } = profile
    between.push(() => { debit(programOf(subject, sumOf(0, 4)), subject, 10n) })
    expect(await buy(profile, 1n, sumOf(0, 12))).toBeNull()
    expect(runs).toBe(2)
    between.push(...[2, 6, 8].map((end, at) => () => { debit(programOf(subject, sumOf(0, end)), subject, BigInt(20 + at)) }))
    // After the third it is judged in the ledger's own step.
    expect(await buy(profile, 2n, (data) => data.col('b').slice(0, 2).sum())).toBeNull()
    expect(runs).toBe(5)
    expect(await buy(profile, 3n, sumOf(0, 3))).toBe('policy.min-rows')
  })

  it('compares a table with one that was published while it was compared with another', async () => {
    const whenCompared: (() => Promise<unknown>)[] = []
    const slow: Pick<Judges, 'run'> = {
      run: async (job) => {
        if (job.kind === 'rows') await whenCompared.shift()?.()
        return judges.run(job)
      },
    }
    const { importTable, publish } = openProfile(undefined, undefined, slow)
    const rowsOf = (salt: number): number[][] => Array.from({ length: 40 }, (_, row) =>
      [(row * 7919 + salt) % 10_007, (row * 104_729 + salt) % 1_299_709])
    importTable('first', rowsOf(1))
    importTable('second', rowsOf(5_000))
    importTable('copy', rowsOf(5_000).toReversed())
    expect(await publish('first')).toBeNull()
    whenCompared.push(async () => { expect(await publish('second')).toBeNull() })
    expect(await publish('copy')).toBe('policy.source-rows')
  })

  describe('with versions of one table', () => {
    const base = Array.from({ length: 24 }, (_, row) => [(row * 7919 + 1) % 10_007, (row * 104_729 + 1) % 1_299_709])
    const corrected = (isCorrected: (row: number) => boolean): number[][] =>
      base.map(([a = 0, b = 0], row) => [a, isCorrected(row) ? b + 3 * row + 1 : b])
    /** A profile in which something happens while versions are judged, the first time. */
    const openVersions = () => {
      const meanwhile: (() => void)[] = []
      const slow: Pick<Judges, 'run'> = {
        run: async (job) => {
          const judged = await judges.run(job)
          if (job.kind === 'versions') meanwhile.shift()?.()
          return judged
        },
      }
      const profile = openProfile(undefined, undefined, slow)
      profile.importTable('wages', base)
      profile.importTable('wages@1', corrected((row) => row % 5 === 0))
      profile.importTable('wages@2', corrected((row) => row % 5 === 0 && row < 15))
      for (const name of ['wages', 'wages@1', 'wages@2']) profile.ledger.register(name)
      profile.insertListing('wages')
      const readMode = (): unknown => profile.database.prepare('SELECT mode FROM sources').pluck().all()
      return { ...profile, meanwhile, readMode }
    }

    it('lists one beside what it was judged beside, and notes its mode', async () => {
      const { publish, readMode } = openVersions()
      expect(await publish('wages@1')).toBeNull()
      expect(readMode()).toEqual(['disclosed'])
    })

    it('judges one again beside another that was published while it was judged, and notes nothing', async () => {
      const { publish, readMode, meanwhile, insertListing, ledger, subjectOf } = openVersions()
      meanwhile.push(() => undefined, () => { insertListing('wages@2', { minRows: 4 }) })
      expect(await publish('wages@1')).toBe('policy.source-corrected')
      expect(readMode()).toEqual([null])
      await expect(ledger.claimMode('wages@1', subjectOf('wages@1').details.policy, () => true)).rejects.toMatchObject({ details: { listing: 'wages-2' } })
    })

    it('judges one again where a group of rows was answered while it was judged', async () => {
      const { publish, readMode, meanwhile, debit, programOf, subjectOf } = openVersions()
      const subject = subjectOf('wages')
      meanwhile.push(() => undefined, () => { debit(programOf(subject, sumOf(0, 6)), subject) })
      expect(await publish('wages@1')).toBe('policy.source-corrected')
      expect(readMode()).toEqual([null])
    })

    it.each([[4, 'policy.source-corrected'], [5, null]])('judges one that earlier rules published before it answers: %i rows of its second column were raised', async (raised, refusal) => {
      const profile = openProfile()
      profile.importTable('wages', base)
      profile.importTable('wages@1', base.map(([a = 0, b = 0], row) => [row < 5 ? a + 7 : a, row < raised ? b + 7 : b]))
      for (const name of ['wages', 'wages@1']) {
        profile.ledger.register(name)
        profile.insertListing(name, { isJudged: false })
      }
      expect(await buy({ ...profile, subject: profile.subjectOf('wages') }, 1n, sumOf(0, 24))).toBeNull()
      expect(await buy({ ...profile, subject: profile.subjectOf('wages@1') }, 2n, sumOf(0, 24))).toBe(refusal)
    })

    /** A profile on disk that two processes have open: what `act` does comes between the first one's claim and its place on chain. */
    const openTwice = () => {
      const path = join(createFolder(), 'profile.db')
      const vault = createVault(randomBytes(32))
      const [one, two] = [0, 1].map((at) => {
        const profile = openProfile(openProfileDatabase(path), vault)
        const versions = [['wages', base], ['wages@1', corrected((row) => row === 3)]] as const
        for (const [name, rows] of versions) profile.importTable(name, rows, undefined, at > 0)
        return profile
      }) as [Profile, Profile]
      for (const name of ['wages', 'wages@1']) one.ledger.register(name)
      const drafts = ['wages', 'wages@1'].map((name) => one.insertListing(name, { isPublished: false })) as [string, string]
      const open = ({ database, ledger, datasets }: Profile, act: () => Promise<void>) => createListingService({
        database, ledger, datasets: datasets as unknown as DatasetService, now: () => new Date(0),
        market: () => Promise.resolve({ createListing: () => act().then(() => ({ number: 1n })), wasSent: () =>
          false } as unknown as Market),
      })
      return { one, two, drafts, open }
    }

    it('judges one beside another that a second process has begun to publish, and not on chain yet', async () => {
      const { one, two, drafts, open } = openTwice()
      const second = open(two, () => Promise.resolve())
      const outcomes: unknown[] = []
      const first = open(one, async () => { outcomes.push(...await Promise.allSettled([second.publish(drafts[1])])) })
      expect(await first.publish(drafts[0])).toMatchObject({ number: 1n, state: 'published' })
      expect(outcomes).toMatchObject([{ status: 'rejected', reason: { code: 'policy.source-corrected', details: { listing: drafts[0] } } }])
    })

    it('goes on judging beside one whose publication was broken off, until its draft is discarded', async () => {
      const { one, two, drafts, open } = openTwice()
      const first = open(one, () => Promise.reject(new Error('the chain is gone')))
      await expect(first.publish(drafts[0])).rejects.toThrow('the chain is gone')
      const second = open(two, () => Promise.resolve())
      await expect(second.publish(drafts[1])).rejects.toThrow('discard the draft')
      await first.discard(drafts[0])
      expect(await second.publish(drafts[1])).toMatchObject({ state: 'published' })
    })

    it('takes no other draft for the one that was judged, where another process has written that in its place', async () => {
      const { one, two, drafts, open } = openTwice()
      const { claimMode } = one.ledger
      const claims: string[] = []
      const ledger = { ...one.ledger, claimMode: (...args: Parameters<typeof claimMode>) => {
        // The second draft comes in the first one's place once that is judged.
        if (claims.push(args[0]) === 1) two.database.prepare("UPDATE listings SET dataset = 'wages@1' WHERE id = ?").run(drafts[0])
        return claimMode(...args)
      } }
      expect(await open({ ...one, ledger }, () => Promise.resolve()).publish(drafts[0])).toMatchObject({ dataset: 'wages@1', state: 'published' })
      expect(claims).toEqual(['wages', 'wages@1'])
    })

    it('publishes one of two that may not stand together, though both are asked for at once', async () => {
      const { database, datasets, ledger, insertListing } = openVersions()
      const drafts = [insertListing('wages@1', { minRows: 4, isPublished: false }), insertListing('wages@2', { minRows: 1, isPublished: false })]
      database.prepare("DELETE FROM listings WHERE id = 'wages'").run()
      const sent: string[] = []
      const market = { createListing: async (key: string) => {
        sent.push(key)
        await nextTurn()
        return { number: BigInt(sent.length) }
      } }
      const listings = createListingService({
        database, ledger, datasets: datasets as unknown as DatasetService, now: () => new Date(0),
        market: () => Promise.resolve(market as unknown as Market),
      })
      const outcomes = await Promise.allSettled(drafts.map((id) => listings.publish(id)))
      expect(outcomes).toMatchObject([{ status: 'fulfilled', value: { number: 1n } }, { status: 'rejected', reason: { code: 'policy.source-corrected' } }])
      expect(sent).toEqual([`listing:${drafts[0]}:create`])
    })
  })
})
