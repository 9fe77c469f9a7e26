import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUserInfo } from '../../../src/host/legacy/user-info.ts'
import { isAppError } from '../../../src/shared/errors.ts'

const address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const key = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const url = 'https://mainnet.infura.io/v3/0123456789abcdef'

const failureOf = (text: string): unknown => {
  try {
    return parseUserInfo(text)
  } catch (error) {
    return error
  }
}

describe('user_info.txt', () => {
  it.each([
    ['a Python dict', `{'address': '${address}', 'private_key': '${key}', 'endpoint_url': '${url}'}`],
    ['a Python dict over lines, with a trailing comma', `{\n  'address': '${address}',\n  'private_key': '${key}',\n  'endpoint_url': '${url}',\n}\n`],
    ['an assigned dict', `# my user\nuser_info = {"address": "${address}", "private_key": "${key}", "endpoint_url": "${url}"}`],
    ['JSON', JSON.stringify({ address, private_key: key, endpoint_url: url }, null, 4)],
    ['assignments', `address = '${address}'\nprivate_key = '${key}'\nendpoint_url = '${url}'\n`],
    ['unquoted assignments', `address=${address}\nprivate_key=${key}\nendpoint_url=${url}`],
    ['lines with colons', `address: ${address}\nprivate_key: ${key}\nendpoint_url: ${url}\n`],
    ['spelled-out names in another order', `Endpoint URL: ${url}\nPrivate Key: ${key}\nAddress: ${address}`],
    ['bare lines', `${address}\n${key}\n${url}\n`],
    ['a tuple', `('${address}', '${key}', '${url}')`],
    ['Windows line ends and a byte order mark', `\uFEFFaddress = ${address}\r\n\r\nprivate_key = ${key}\r\nendpoint_url = ${url}\r\n`],
  ])('is read as %s', (_, text) => {
    expect(parseUserInfo(text)).toEqual({ address, privateKey: key, endpointUrl: url, deadNetwork: null, ignoredFields: [] })
  })

  it('takes the key without 0x and the address in any case', () => {
    const read = parseUserInfo(`address = ${address.toLowerCase()}\nprivate_key = ${key.slice(2)}\nendpoint_url = ${url}`)
    expect(read).toMatchObject({ address, privateKey: key })
  })

  it('takes an unquoted hex number as its digits', () => {
    expect(parseUserInfo(`{'address': ${address}, 'private_key': ${key}, 'endpoint_url': '${url}'}`)).toMatchObject({ address, privateKey: key })
  })

  it('tells what it did not use', () => {
    expect(parseUserInfo(`address = ${address}\nprivate_key = ${key}\nendpoint_url = ${url}\nnickname = bob`).ignoredFields).toEqual(['nickname'])
  })

  it.each(['ropsten', 'rinkeby', 'kovan', 'goerli'])('names the dead network %s, so that a replacement can be asked for', (network) => {
    const read = parseUserInfo(`${address}\n${key}\nhttps://${network}.infura.io/v3/0123`)
    expect(read.deadNetwork?.name.toLowerCase()).toBe(network)
  })

  it('refuses a key that belongs to another address, naming both addresses', () => {
    const other = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
    expect(failureOf(`${other}\n${key}\n${url}`)).toMatchObject({
      code: 'input.address-mismatch',
      details: { given: other.toLowerCase(), derived: address },
    })
  })

  it.each([
    ['an empty file', '', 'input.legacy-file-invalid', /is empty/],
    ['a missing field', `address = ${address}\nprivate_key = ${key}`, 'input.legacy-file-invalid', /endpoint_url is missing/],
    ['a field given twice', `address = ${address}\naddress = ${address}\nprivate_key = ${key}\nendpoint_url = ${url}`, 'input.legacy-file-invalid', /line 2.*twice/],
    ['a field under two names', `address = ${address}\nkey = ${key}\nprivate_key = ${key}\nendpoint_url = ${url}`, 'input.legacy-file-invalid', /two names/],
    ['an endpoint that is a script', `address = ${address}\nprivate_key = ${key}\nendpoint_url = javascript:alert(1)`, 'input.legacy-file-invalid', /line 3: endpoint_url/],
    ['an endpoint that is a file', `${address}\n${key}\nfile:///etc/passwd`, 'input.legacy-file-invalid', /endpoint_url/],
    ['an address too short', `${address.slice(0, -1)}\n${key}\n${url}`, 'input.legacy-file-invalid', /line 1: address/],
    ['a key too short', `${address}\n${key.slice(0, -1)}\n${url}`, 'input.private-key-invalid', /64 hex digits/],
    ['a tuple too short', `('${address}', '${key}')`, 'input.legacy-file-invalid', /3 values/],
    ['an unclosed dict', `{'address': '${address}', 'private_key': '${key}'`, 'input.legacy-file-invalid', /line 1/],
    ['a file far too long', `# ${'x'.repeat(70_000)}`, 'input.legacy-file-invalid', /too long/],
    ['nesting without end', '('.repeat(20_000), 'input.legacy-file-invalid', /nested/],
  ])('refuses %s', (_, text, code, message) => {
    const failure = failureOf(text)
    expect(failure).toMatchObject({ code })
    expect(String(failure)).toMatch(message)
    expect(String(failure)).not.toContain(key.slice(4, 40))
  })

  it.each([
    'private_key = __import__(\'os\').system(\'touch owned\')',
    '{\'address\': \'0x0\', \'private_key\': __import__(\'os\').system(\'touch owned\'), \'endpoint_url\': \'http://x\'}',
    '{\'address\': (lambda: 1)(), \'private_key\': 1, \'endpoint_url\': 2}',
    '[x for x in ().__class__.__bases__[0].__subclasses__()]',
    'import os\nos.system(\'touch owned\')',
    'exec(open(\'/etc/passwd\').read())',
    '{"__proto__": {"address": "0x0"}, "constructor": "x"}',
    '${process.exit(1)}',
  ])('treats a program as text it does not understand (%#)', (text) => {
    expect(failureOf(text)).toMatchObject({ code: 'input.legacy-file-invalid' })
  })

  it('answers any text with its data or a coded error that does not hold the key', () => {
    const piece = fc.oneof(fc.constantFrom('address', 'private_key', 'endpoint_url', '=', ':', '{', '}', '(', ')', ',', '\'', '"', '\n', '#', '\\', key, address, url), fc.string())
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const outcome = failureOf(pieces.join(''))
      if (!(outcome instanceof Error)) return
      expect(isAppError(outcome)).toBe(true)
      expect(`${outcome.message} ${String(outcome.cause)}`).not.toContain(key.slice(2))
    }), { numRuns: 1000 })
  })
})
