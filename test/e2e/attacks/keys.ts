import { getDiffieHellman } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { computeKeyId } from '../../../src/crypto/keys.ts'
import { encodeDetails, hashDetails } from '../../../src/host/trade/details-document.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { createModulus, drawPrime, forgeCertificate, sha256, type PrimePower } from '../../unit/crypto/proof-fixtures.ts'
import { onCleanup } from '../support/cleanup.ts'
import { refusalOf } from '../support/refusal.ts'
import type { Ground } from './target.ts'

/** Attacks by a seller whose key is not what it seems. */
export const attackKeys = (ground: Ground): void => {
  it('S11: listings under keys that are prime, p²·q, even, with a small factor, shared, misnamed or uncertified', async () => {
    const { details, n, target: { mallory, alice } } = ground
    const hex = (value: bigint): string => value.toString(16)
    const withKey = (key: Partial<Details['dataset']['key']>): Details => ({ ...details, dataset: { ...details.dataset, key: { ...details.dataset.key, ...key } } })
    /** The best certificate that whoever knows these factors can make; for a prime modulus it holds, and everybody can decrypt. */
    const forge = (...primePowers: readonly PrimePower[]): Details => {
      const publicKey = createModulus(primePowers.map(({ modulus }) => modulus))
      const roots = forgeCertificate(publicKey, primePowers).roots.map(hex)
      const keyId = `0x${Buffer.from(computeKeyId(publicKey, sha256)).toString('hex')}`
      return withKey({ n: hex(publicKey.n), keyId, certificate: { scheme: 'grsb-2018', roots } })
    }
    const modulus = BigInt(`0x${getDiffieHellman('modp14').getPrime('hex')}`)
    const [p, q] = [drawPrime(683), drawPrime(682)]
    const forged: Readonly<Record<string, Details>> = {
      'prime': forge({ modulus, order: modulus - 1n }),
      'p-squared-q': forge({ modulus: p * p, order: p * (p - 1n) }, { modulus: q, order: q - 1n }),
      'reused': { ...details, test: { ...details.test, key: details.dataset.key } },
      'named-otherwise': withKey({ keyId: details.test.key.keyId.replace(/..$/, '00') }),
      'even': withKey({ n: hex(n + 1n) }),
      'small-factor': withKey({ n: hex((n / 6n) * 6n + 3n) }),
      'shared': withKey(details.test.key),
      'uncertified': withKey({ n: hex(n - 2n) }),
    }
    const texts = new Map<string, string>()
    const server = createServer((request, response) => { response.end(texts.get(request.url ?? '')) })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    onCleanup(() => { server.close() })
    const purse = await alice.trade.market.readBalance(alice.party.address)
    const bought = (await alice.trade.purchases.list()).length
    for (const [name, document] of Object.entries(forged)) {
      const text = encodeDetails({ ...document, seller: mallory.party.address })
      const path = `/v1/listings/${name}`
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
      texts.set(path, text)
      const { terms } = await mallory.trade.market.readListing(1n)
      await mallory.trade.market.createListing(`s11:${name}`, { ...terms, detailsHash: hashDetails(text) }, url)
      expect((await refusalOf(() => alice.trade.purchases.buy(url))).code, name).toMatch(/^(?:crypto\.(?:invalid-key|certificate-invalid)|input\.(?:details|manifest)-invalid)$/)
    }
    expect(await alice.trade.market.readBalance(alice.party.address)).toBe(purse)
    expect(await alice.trade.purchases.list()).toHaveLength(bought)
  })
}
