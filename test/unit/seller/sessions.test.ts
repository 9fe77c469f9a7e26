import { Signature, Wallet } from 'ethers'
import { describe, expect, it, vi } from 'vitest'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'

const domain = '127.0.0.1:7373'
const origin = `http://${domain}`
const wallet = new Wallet(`0x${'11'.repeat(32)}`)
const stranger = new Wallet(`0x${'22'.repeat(32)}`)

const start = (chainId = 31_337) => {
  let time = Date.parse('2026-01-01T00:00:00Z')
  const sessions = createSessions(chainId, () => new Date(time))
  return { sessions, pass: (seconds: number) => { time += seconds * 1000 } }
}

/** Of the curve: −s signs as well as s (EIP-2). */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const refused = expect.objectContaining({ code: 'access.sign-in-failed' })
const unauthenticated = expect.objectContaining({ code: 'access.unauthenticated' })

describe('signing in', () => {
  it('gives the address that signed the challenge', async () => {
    const { sessions } = start()
    const message = sessions.challenge(wallet.address.toLowerCase(), domain, origin)
    const { token } = await sessions.open(message, await wallet.signMessage(message), domain)
    expect(sessions.authenticate(`Bearer ${token}`)).toBe(wallet.address)
  })

  it('takes each challenge once, even after a failed try', async () => {
    const { sessions } = start()
    const message = sessions.challenge(wallet.address, domain, origin)
    const signature = await wallet.signMessage(message)
    await sessions.open(message, signature, domain)
    await expect(sessions.open(message, signature, domain)).rejects.toThrowError(refused)

    const second = sessions.challenge(wallet.address, domain, origin)
    await expect(sessions.open(second, await stranger.signMessage(second), domain)).rejects.toThrowError(refused)
    await expect(sessions.open(second, await wallet.signMessage(second), domain)).rejects.toThrowError(refused)
  })

  it('refuses what is nobody\'s signature without a word on the console', async () => {
    const { sessions } = start()
    const write = vi.spyOn(console, 'error')
    for (const spoil of [
      ({ r, s, v }: Signature): string => `${r}${(order - BigInt(s)).toString(16).padStart(64, '0')}${v === 27 ? '1c' : '1b'}`,
      (): string => `0x${'00'.repeat(65)}`,
      (): string => '0x12',
    ]) {
      const message = sessions.challenge(wallet.address, domain, origin)
      await expect(sessions.open(message, spoil(Signature.from(await wallet.signMessage(message))), domain)).rejects.toThrowError(refused)
    }
    expect(write).not.toHaveBeenCalled()
    write.mockRestore()
  })

  it('refuses a challenge of another server, another domain, another chain, one too old, and one never given', async () => {
    const { sessions, pass } = start()
    const foreign = start().sessions.challenge(wallet.address, domain, origin)
    await expect(sessions.open(foreign, await wallet.signMessage(foreign), domain)).rejects.toThrowError(refused)

    const elsewhere = sessions.challenge(wallet.address, 'evil.example', 'http://evil.example')
    await expect(sessions.open(elsewhere, await wallet.signMessage(elsewhere), domain)).rejects.toThrowError(refused)

    const otherChain = sessions.challenge(wallet.address, domain, origin).replace('Chain ID: 31337', 'Chain ID: 1')
    await expect(sessions.open(otherChain, await wallet.signMessage(otherChain), domain)).rejects.toThrowError(refused)

    const old = sessions.challenge(wallet.address, domain, origin)
    pass(301)
    await expect(sessions.open(old, await wallet.signMessage(old), domain)).rejects.toThrowError(refused)
    await expect(sessions.open('let me in', '0x', domain)).rejects.toThrowError(refused)
  })

  it('forgets a session after a quarter of an hour and knows no other token', async () => {
    const { sessions, pass } = start()
    const message = sessions.challenge(wallet.address, domain, origin)
    const { token } = await sessions.open(message, await wallet.signMessage(message), domain)
    for (const header of [undefined, '', 'Bearer', `bearer ${token}`, `Bearer ${token}x`, `Basic ${token}`, `Bearer ${'A'.repeat(43)}`]) {
      expect(() => sessions.authenticate(header), header).toThrowError(unauthenticated)
    }
    pass(901)
    expect(() => sessions.authenticate(`Bearer ${token}`)).toThrowError(unauthenticated)
  })
})
