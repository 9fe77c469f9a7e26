import { describe, expect, it } from 'vitest'
import { beginDraft, draftOf, isReadable, readDraft, toDocument, toLimits, type Draft } from '../../../src/renderer/features/listings/draft.ts'
import type { ListingJson } from '../../../src/shared/window-contract/listings.ts'

const ether = 10n ** 18n
const listing: ListingJson = {
  id: 'pay-1', dataset: 'pay', title: 'Pay', description: 'Of 2024.', state: 'draft', number: null, url: 'http://127.0.0.1:7373/v1/listings/pay-1',
  terms: {
    valueWei: (ether / 10n).toString(), guaranteeWei: (ether / 20n).toString(), interactionFeeWei: '0',
    deliverySeconds: 3600, expirationSeconds: 604_800, disputeSeconds: 604_800, arbiter: null,
  },
  policy: { mode: 'disclosed', minRows: 12, condition: 2, maxAnswerCells: 20, maxAnswerBits: 128 },
  comparisons: 0, products: 0, maxTotalCells: 100, rows: 50, columns: 4, keyBits: 2048, pinsCertificate: false, createdAt: '2026-01-01T00:00:00.000Z', onThisNetwork: true,
}

describe('a listing written anew', () => {
  it('is the listing it came from until something is changed', () => {
    const { terms: { valueWei, deliverySeconds, expirationSeconds }, policy, title, description, maxTotalCells } = listing
    expect(toDocument(draftOf(listing))).toEqual({
      dataset: 'pay', title, description, valueWei, deliverySeconds, expirationSeconds, ...policy, maxTotalCells,
    })
  })

  it('keeps arbiter, reach and what is not usual', () => {
    const arbiter = '0x00000000000000000000000000000000000000aA'
    const other: ListingJson = { ...listing, pinsCertificate: true, url: 'https://10.0.0.7:7373/v1/listings/pay-1', terms: { ...listing.terms, guaranteeWei: ether.toString(), arbiter, disputeSeconds: 86_400 } }
    expect(toDocument(draftOf(other))).toMatchObject({
      guaranteeWei: ether.toString(), arbiter, disputeSeconds: 86_400, serverUrl: 'https://10.0.0.7:7373', pinOwnCertificate: true,
    })
    const { pinOwnCertificate } = toDocument(draftOf({ ...other, pinsCertificate: false }))
    expect(pinOwnCertificate).toBeUndefined()
  })

  it('lets a usual guarantee follow the price, and says of another one when it is too small', () => {
    const dearer = { ...draftOf(listing), price: '0.2' }
    expect(isReadable(readDraft(dearer))).toBe(true)
    expect(toDocument(dearer).guaranteeWei).toBeUndefined()
    expect(readDraft({ ...dearer, guarantee: '0.05' }).guarantee.problem).toContain('at least half the price, 0.1')
    expect(readDraft({ ...dearer, guarantee: '0.05', arbiter: '0x00000000000000000000000000000000000000aA' }).guarantee.problem).toBeNull()
  })

  it.each([
    { minRows: '' }, { minRows: 'ten' }, { minRows: '0' }, { minRows: '-5' }, { minRows: '1e9' }, { minRows: '2.5' }, { condition: '' }, { condition: '0' }, { condition: '1/2' },
    { maxAnswerCells: 'abc' }, { maxAnswerBits: '' }, { maxTotalCells: '1.000' }, { mode: 'private', comparisons: 'many' }, { mode: 'private', products: '' },
  ] satisfies readonly Partial<Draft>[])('takes no limit for another than what is typed: %j', (part) => {
    const draft = { ...beginDraft('pay'), ...part }
    expect(isReadable(readDraft(draft))).toBe(false)
    expect(toLimits(draft)).toBeNull()
    expect(() => toDocument(draft)).toThrow('cannot be read')
  })

  it('reads limits as they are typed, and leaves out what the mode does not know', () => {
    expect(toLimits({ ...beginDraft('pay'), minRows: ' 25 ', condition: '1.5', comparisons: 'unread' })).toEqual({
      dataset: 'pay', mode: 'disclosed', minRows: 25, condition: 1.5, maxAnswerCells: 200, maxAnswerBits: 192,
    })
  })

  it('asks for a price, and for more than nothing', () => {
    expect(readDraft({ ...beginDraft('pay'), price: ' ' }).price.problem).toBe('Write an amount in ether, such as 0.02.')
    expect(readDraft({ ...beginDraft('pay'), price: '0' }).price.problem).toContain('more than nothing')
  })

  it.each(['0', '1', '59s', '99999d', '366d', 'soon'])('takes no %j for a time of the trade, and says so at the field', (text) => {
    for (const field of ['delivery', 'expiration'] as const) expect(readDraft({ ...beginDraft('pay'), [field]: text })[field].problem).not.toBeNull()
    expect(readDraft({ ...beginDraft('pay'), arbiter: '0x00000000000000000000000000000000000000aA', dispute: text }).dispute.problem).not.toBeNull()
  })

  it('takes times as people write them', () => {
    expect(readDraft({ ...beginDraft('pay'), delivery: '1h30m', expiration: '1 day' })).toMatchObject({ delivery: { value: 5400 }, expiration: { value: 86_400 } })
  })

  it('says of a comma what to write', () => {
    expect(readDraft({ ...beginDraft('pay'), price: '0,05' }).price.problem).toContain('with a point')
  })
})

const slips = ['abc', '-1', '1e3', '9'.repeat(40), '1 2', '1/2', '½', '٣', '0x10', 'NaN']
const needed = ['price', 'delivery', 'expiration', 'minRows', 'condition', 'maxAnswerCells', 'maxAnswerBits'] as const
const optionalOnes = ['guarantee', 'maxTotalCells', 'arbiter'] as const

describe('a field with what cannot be meant', () => {
  it.each([
    ...needed.flatMap((field) => ['', '  ', ...slips].map((text) => [field, text] as const)),
    ...optionalOnes.flatMap((field) => slips.map((text) => [field, text] as const)),
  ])('keeps the listing from being saved: %s is %j', (field, text) => {
    expect(isReadable(readDraft({ ...draftOf(listing), [field]: text }))).toBe(false)
  })

  it.each(needed)('takes spaces around what is meant: %s', (field) => {
    const draft = draftOf(listing)
    expect(toDocument({ ...draft, [field]: ` ${draft[field]} ` })).toEqual(toDocument(draft))
  })
})
