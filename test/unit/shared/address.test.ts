import { describe, expect, it } from 'vitest'
import { addressSchema } from '../../../src/shared/schemas/common.ts'

// The test cases of EIP-55: one case, and mixed.
const valid = [
  '0x52908400098527886E0F7030069857D2E4169EE7', '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77', '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB', '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]

describe('an address', () => {
  it.each(valid)('%s is taken', (address) => {
    expect(addressSchema.safeParse(address).success).toBe(true)
  })

  it.each(valid.slice(4))('%s is refused once a letter is in the wrong case', (address) => {
    const at = address.search(/[a-f]/)
    const mistyped = address.slice(0, at) + (address[at] ?? '').toUpperCase() + address.slice(at + 1)
    expect(addressSchema.safeParse(mistyped).error?.issues.map(({ message }) => message)).toEqual(['has a wrong checksum'])
  })
})
