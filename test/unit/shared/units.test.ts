import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, formatEther, mostWei, parseAmountWei, parseDurationSeconds } from '../../../src/shared/units.ts'

describe('amounts', () => {
  it('reads ether, gwei and wei exactly', () => {
    expect(parseAmountWei('0.02ether')).toBe(20_000_000_000_000_000n)
    expect(parseAmountWei('1')).toBe(10n ** 18n)
    expect(parseAmountWei('5 gwei')).toBe(5_000_000_000n)
    expect(parseAmountWei('100wei')).toBe(100n)
    expect(parseAmountWei('0.000000000000000001ether')).toBe(1n)
  })

  it('refuses what no contract can hold', () => {
    expect(parseAmountWei(`${mostWei}wei`)).toBe(mostWei)
    expect(() => parseAmountWei(`${mostWei + 1n}wei`)).toThrow('more than a contract can hold')
    expect(() => parseAmountWei('99999999999999999999999999')).toThrow('more than a contract can hold')
  })

  it('refuses what is finer than a wei, negative, or no amount', () => {
    for (const text of ['0.0000000000000000001', '0.5wei', '-1', '', 'ether', '1e3', '1,5', '0x10', '1 dollar']) {
      expect(() => parseAmountWei(text), text).toThrowError(expect.objectContaining({ code: 'input.invalid' }))
    }
  })

  it('says of a comma what to write', () => {
    for (const text of ['0,02', '1,500', '1.500,5', '0,5 gwei']) expect(() => parseAmountWei(text), text).toThrow('write decimals with a point')
  })

  it('writes ether so that it reads back as the same amount', () => {
    fc.assert(fc.property(fc.bigInt(0n, 10n ** 30n), (valueWei) => {
      expect(parseAmountWei(formatEther(valueWei))).toBe(valueWei)
    }))
    expect(formatEther(-1n)).toBe('-0.000000000000000001')
  })
})

describe('lengths of time', () => {
  it('reads seconds, minutes, hours, days and weeks', () => {
    expect(['90', '90s', '10m', '1h', '7d', '2w'].map(parseDurationSeconds)).toEqual([90, 90, 600, 3600, 604_800, 1_209_600])
  })

  it('writes them so that they read back, in the largest unit that they are whole in', () => {
    expect([90, 600, 3600, 5400, 86_400, 604_800, 1_209_600, 0].map(formatDuration)).toEqual(['90s', '10m', '1h', '90m', '1d', '7d', '14d', '0d'])
    fc.assert(fc.property(fc.nat(10 ** 8), (seconds) => { expect(parseDurationSeconds(formatDuration(seconds))).toBe(seconds) }))
  })

  it('refuses anything else', () => {
    for (const text of ['', '1.5h', '-1h', 'h', '1y', '1h30', '1e3']) {
      expect(() => parseDurationSeconds(text), text).toThrowError(expect.objectContaining({ code: 'input.invalid' }))
    }
  })
})

describe('lengths of time as people write them', () => {
  it.each([['1 day', 86_400], ['2 days', 172_800], ['1h30m', 5400], ['1 hour 30 minutes', 5400], ['90', 90], ['2W', 1_209_600]] as const)('reads %j', (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds)
  })
  it.each(['', 'h', '1x', '1h30', '1.5h', '-1h', '1 month', 'soon'])('refuses %j', (text) => {
    expect(() => parseDurationSeconds(text)).toThrow('is not a length of time')
  })
})
