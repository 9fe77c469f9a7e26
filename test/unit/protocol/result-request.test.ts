import { TypedDataEncoder, Wallet, getAddress } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { ResultRequest } from '../../../src/shared/schemas/result-request.ts'
import { hashResultRequest, recoverResultRequestSigner, signResultRequest } from '../../../src/host/protocol/result-request.ts'

const bytes32 = (digit: string): string => `0x${digit.repeat(64)}`
const request: ResultRequest = {
  chainId: 31337,
  contract: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  purchase: '7',
  datasetRoot: bytes32('1'),
  resultHash: bytes32('2'),
  programHash: bytes32('3'),
  x25519PublicKey: bytes32('4'),
}
const changes: Partial<Record<keyof ResultRequest, ResultRequest>> = {
  chainId: { ...request, chainId: 1 },
  contract: { ...request, contract: '0x0000000000000000000000000000000000000001' },
  purchase: { ...request, purchase: '8' },
  datasetRoot: { ...request, datasetRoot: bytes32('a') },
  resultHash: { ...request, resultHash: bytes32('a') },
  programHash: { ...request, programHash: bytes32('a') },
  x25519PublicKey: { ...request, x25519PublicKey: bytes32('a') },
}

describe('a result request', () => {
  it('has the EIP-712 digest of its struct in the domain of its chain and contract', () => {
    const domain = { name: 'HEsystem', version: '1', chainId: 31337, verifyingContract: request.contract }
    const struct = 'uint256 chainId,address contract,uint256 purchase,bytes32 datasetRoot,bytes32 resultHash,bytes32 programHash,bytes32 x25519PublicKey'
    const fields = struct.split(',').map((field) => ({ type: field.split(' ')[0] ?? '', name: field.split(' ')[1] ?? '' }))
    expect(hashResultRequest(request)).toBe(TypedDataEncoder.hash(domain, { ResultRequest: fields }, request))
  })

  it('gives up its signer, in checksummed form', async () => {
    const wallet = Wallet.createRandom()
    const signature = await signResultRequest(request, wallet)
    expect(recoverResultRequestSigner(request, signature)).toBe(getAddress(wallet.address))
  })

  it.each(Object.entries(changes))('has another digest and another signer when its %s changes', async (_, changed) => {
    const wallet = Wallet.createRandom()
    const signature = await signResultRequest(request, wallet)
    expect(hashResultRequest(changed)).not.toBe(hashResultRequest(request))
    expect(recoverResultRequestSigner(changed, signature)).not.toBe(wallet.address)
  })

  it('refuses a signature that is none, and the second form of a valid one', async () => {
    const signature = await signResultRequest(request, Wallet.createRandom())
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
    const malleated = `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`
    for (const bad of ['0x', signature.slice(0, -2), malleated]) {
      expect(() => recoverResultRequestSigner(request, bad)).toThrow(expect.objectContaining({ code: 'crypto.invalid-signature' }))
    }
  })

  it('refuses a field that is not in its one canonical form', () => {
    for (const bad of [{ ...request, purchase: '07' }, { ...request, datasetRoot: '0x12' }, { ...request, more: 1 }]) {
      expect(() => hashResultRequest(bad)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    }
  })
})
