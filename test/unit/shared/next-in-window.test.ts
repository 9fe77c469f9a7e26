import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../src/shared/error-codes.ts'
import { nextInWindow } from '../../../src/shared/next-in-window.ts'

const speaksOfCommands = (words: string): boolean => /hesystem [a-z]|(^|\s|`)--[a-z]|HESYSTEM_/.test(words)

/** Found before there is a window, or asked of a terminal, a server or a service alone. */
const neverInWindow = new Set([
  'input.usage', 'input.secret-needed', 'input.secret-store-mismatch', 'input.redis-url-invalid', 'input.configuration-invalid',
  'access.passphrase-needed', 'access.keychain-unavailable', 'access.data-key-missing', 'access.wallet-exists', 'access.window-not-signed-in',
  'runtime.redis-unreachable', 'store.chunks-elsewhere', 'store.chunks-unreachable', 'store.unsafe-home',
])

describe('what the window says to do next', () => {
  it('is said without commands and options wherever the catalogue says it with them', () => {
    const codes = Object.entries(errorCodes).filter(([, { next }]) => speaksOfCommands(next)).map(([code]) => code)
    expect(codes.length).toBeGreaterThan(30)
    expect(codes.filter((code) => !neverInWindow.has(code) && !(code in nextInWindow))).toEqual([])
    expect(Object.entries(nextInWindow).filter(([, words]) => speaksOfCommands(words)).map(([code]) => code)).toEqual([])
  })

  it('is said anew only where the catalogue needs it, in a whole sentence', () => {
    const entries = Object.entries(nextInWindow)
    const catalogue = new Map<string, string>(Object.entries(errorCodes).map(([code, { next }]) => [code, next]))
    expect(entries.filter(([code]) => !speaksOfCommands(catalogue.get(code) ?? '')).map(([code]) => code)).toEqual([])
    expect(entries.filter(([, words]) => !/^[A-Z“].{10,}\.$/.test(words)).map(([code]) => code)).toEqual([])
  })
})
