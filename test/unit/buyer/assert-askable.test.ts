import { describe, expect, it } from 'vitest'
import { assertAskable } from '../../../src/host/buyer/assert-askable.ts'

const listing = '/v1/listings/wages-1'

describe('a seller whom nobody chose', () => {
  it('is asked at a public address, for a listing and nothing else', async () => {
    for (const host of ['http://8.8.8.8', 'https://93.184.215.14:8443', 'https://[2001:4860:4860::8888]']) await assertAskable(`${host}${listing}`)
    // A name that nobody knows is asked in vain, and harms nobody.
    await assertAskable(`https://no-such-name.invalid${listing}`)
  })

  it('is not asked in one\'s own network, however its address is spelled', async () => {
    for (const host of [
      '127.0.0.1:8080', 'localhost', '10.1.2.3', '172.20.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '2130706433', '0x7f.1',
      '[::1]', '[fe80::1]', '[fd00::1]', '[::ffff:127.0.0.1]', '[64:ff9b::a00:1]',
    ]) await expect(assertAskable(`http://${host}${listing}`), host).rejects.toMatchObject({ code: 'access.address-unasked' })
  })

  it('is not asked for what is no listing: an address could do something there', async () => {
    for (const rest of ['/admin/reset?confirm=yes', `${listing}?delete=1`, `${listing}/../../admin`, '/v1/listings/', '/']) {
      await expect(assertAskable(`https://8.8.8.8${rest}`), rest).rejects.toMatchObject({ code: 'access.address-unasked' })
    }
    await expect(assertAskable(`https://name:word@8.8.8.8${listing}`)).rejects.toMatchObject({ code: 'access.address-unasked' })
  })
})
