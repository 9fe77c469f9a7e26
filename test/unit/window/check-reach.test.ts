import { describe, expect, it } from 'vitest'
import { checkReach, classifyHost } from '../../../src/host/window/check-reach.ts'
import type { OpenedListing } from '../../../src/host/buyer/open-listing.ts'
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts'

const opens = (): Promise<OpenedListing> => Promise.resolve({} as OpenedListing)
const fails = (code: ErrorCode) => (): Promise<OpenedListing> => Promise.reject(new AppError(code, 'The reason.'))

describe('whether a buyer could get through', () => {
  it.each([
    ['127.0.0.1', 'loopback'], ['localhost', 'loopback'], ['[::1]', 'loopback'], ['192.168.1.20', 'private'], ['10.1.2.3', 'private'], ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'], ['[fd00::1]', 'private'], ['printer.local', 'private'], ['data.example.org', 'public'], ['8.8.8.8', 'public'], ['[2001:db8::1]', 'public'],
  ] as const)('takes %s for %s', (host, kind) => {
    expect(classifyHost(host)).toBe(kind)
  })

  it('is told as a buyer finds it, and says what cannot be told from here', async () => {
    const near = await checkReach('http://127.0.0.1:7373/v1/listings/a', opens)
    expect(near).toMatchObject({ reachable: true, problem: null })
    expect(near.steps.every(({ ok }) => ok === true)).toBe(true)
    const far = await checkReach('https://data.example.org/v1/listings/a', opens)
    expect(far.steps.at(-1)).toMatchObject({ what: 'From outside', ok: null })
  })

  it.each([
    ['runtime.seller-unreachable', 'The server answers'], ['access.certificate-unknown', 'It shows who it is'], ['escrow.not-listed', 'It serves what you published'],
  ] as const)('names the step at which %s stops a buyer', async (code, what) => {
    const checked = await checkReach('https://192.168.1.20:7373/v1/listings/a', fails(code))
    expect(checked).toMatchObject({ reachable: false, problem: { code } })
    expect(checked.steps.at(-1)).toMatchObject({ what, ok: false })
  })
})
