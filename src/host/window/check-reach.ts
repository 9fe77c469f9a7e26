import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isAppError, toErrorDocument, type AppError } from '../../shared/errors.ts'
import type { WindowOutputs } from '../../shared/window-contract/index.ts'
import { parseListingUrl, type OpenListing } from '../buyer/open-listing.ts'
import { toErrorJson } from './documents.ts'

type Checked = WindowOutputs['serve']['check']
type Step = Checked['steps'][number]

/** Who can use an address at all: this computer, whoever is in the same network, or everybody. */
export type AddressKind = 'loopback' | 'private' | 'public'

const createLists = () => {
  const [loopback, own] = [new BlockList(), new BlockList()]
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  // RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291.
  for (const [net, prefix] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['169.254.0.0', 16], ['100.64.0.0', 10]] as const) own.addSubnet(net, prefix, 'ipv4')
  own.addSubnet('fc00::', 7, 'ipv6')
  own.addSubnet('fe80::', 10, 'ipv6')
  return { loopback, own }
}
const lists = createLists()

export const classifyHost = (hostname: string): AddressKind => {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const family = isIP(name)
  if (name === 'localhost') return 'loopback'
  if (family === 0) return name.endsWith('.local') || !name.includes('.') ? 'private' : 'public'
  const kind = family === 6 ? 'ipv6' : 'ipv4'
  if (lists.loopback.check(name, kind)) return 'loopback'
  return lists.own.check(name, kind) ? 'private' : 'public'
}

const addressWords: Readonly<Record<AddressKind, string>> = {
  loopback: 'Only programs on this computer can use this address.',
  private: 'Computers in the same network can use this address.',
  public: 'Computers anywhere can use this address.',
}

/** A failure's step: the address answers or not, shows who it is or not, serves what was published or not. */
const failedSteps = (error: AppError): readonly Step[] => {
  const answers: Step = { what: 'The server answers', ok: true, words: 'It does.' }
  switch (error.code) {
    case 'runtime.seller-unreachable': return [{ ...answers, ok: false, words: 'Nothing answers there: look at the switch, the port, a firewall, the proxy.' }]
    case 'access.certificate-unknown': return [answers, { what: 'It shows who it is', ok: false, words: error.message }]
    default: return [answers, { what: 'It serves what you published', ok: false, words: error.message }]
  }
}

/** Opens a listing's address as a buyer would: what that shows, and what cannot be told from this computer. */
export const checkReach = async (address: string, openListing: OpenListing): Promise<Checked> => {
  const url = parseListingUrl(address)
  const kind = classifyHost(url.hostname)
  const reach: Step = { what: 'Who can use the address', ok: true, words: addressWords[kind] }
  const outside: Step = {
    what: 'From outside', ok: null,
    words: kind === 'private'
      ? 'This was seen from this computer. If another one cannot open the address, allow the port in this computer\'s firewall.'
      : 'This was seen from this computer. To be sure, open the address where you are not in your own network, on a telephone for example.',
  }
  try {
    await openListing(address)
    return {
      reachable: true, problem: null,
      steps: [
        reach,
        { what: 'The server answers', ok: true, words: url.protocol === 'https:' ? 'It does, over TLS, with a certificate that buyers accept.' : 'It does.' },
        { what: 'It serves what you published', ok: true, words: 'Terms, description and keys agree with the contract.' },
        ...(kind === 'loopback' ? [] : [outside]),
      ],
    }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { reachable: false, steps: [reach, ...failedSteps(error)], problem: toErrorJson(toErrorDocument(error)) }
  }
}

/** Where others in the same networks find this computer; link-local addresses need a zone and are left out. */
export const listOwnAddresses = (): WindowOutputs['serve']['addresses'] => Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
  (addresses ?? []).filter(({ internal, family, address }) => !internal && (family === 'IPv4' || !address.startsWith('fe80:')))
    .map(({ address }) => ({ address, interface: name })))
