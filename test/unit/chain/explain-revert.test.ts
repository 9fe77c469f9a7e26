import { AbiCoder, type ErrorFragment, Interface, type ParamType } from 'ethers'
import { describe, expect, it } from 'vitest'
import { marketInterface } from '../../../src/host/chain/artifact.ts'
import { explainRevert, explanations } from '../../../src/host/chain/explain-revert.ts'

const customErrors = marketInterface.fragments.filter((fragment): fragment is ErrorFragment => fragment.type === 'error')

const sample = ({ type }: ParamType): unknown => {
  if (type === 'address') return `0x${'00'.repeat(19)}01`
  if (type === 'bytes32') return `0x${'ab'.repeat(32)}`
  return type === 'string' ? 'field' : 3n
}

describe('explaining a revert', () => {
  it.each(customErrors.map((fragment) => [fragment.name, fragment] as const))('has a sentence of its own for %s', (name, fragment) => {
    const error = explainRevert(marketInterface.encodeErrorResult(fragment, fragment.inputs.map(sample)))
    expect(error.code).toMatch(/^escrow\./)
    expect(error.message).toMatch(/^[A-Za-z0-9].*\.$/)
    expect(error.message).not.toMatch(/undefined|\[object/)
    expect(error.details).toMatchObject({ revert: name })
  })

  it('explains no error that the contract does not have', () => {
    expect(Object.keys(explanations).filter((name) => !customErrors.some((fragment) => fragment.name === name))).toEqual([])
  })

  it('says what a plain revert, a panic and an unknown error carry, and when there is nothing to say', () => {
    const plain = new Interface(['error Error(string)', 'error Panic(uint256)', 'error Foreign(uint256)'])
    expect(explainRevert(plain.encodeErrorResult('Error', ['no way'])).message).toContain('no way')
    expect(explainRevert(plain.encodeErrorResult('Panic', [17])).message).toContain('Panic 17')
    expect(explainRevert(plain.encodeErrorResult('Foreign', [1])).message).toContain(plain.getError('Foreign')?.selector)
    expect(explainRevert(null).message).toContain('without giving a reason')
    expect(explainRevert('0x').code).toBe('escrow.reverted')
    expect(explainRevert(`${plain.getError('Foreign')?.selector ?? ''}${AbiCoder.defaultAbiCoder().encode(['bytes'], [`0x${'00'.repeat(5000)}`]).slice(2)}`).details['data']).toHaveLength(522)
  })
})
