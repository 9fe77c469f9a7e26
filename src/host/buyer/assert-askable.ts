import { lookup } from 'node:dns/promises'
import { BlockList, isIPv4 } from 'node:net'
import { AppError } from '../../shared/errors.ts'
import { parseListingUrl } from './open-listing.ts'

/** Addresses that mean somebody's own computer or network (IANA's special-purpose registries). */
const ownNetworks = new BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16],
  ['198.18.0.0', 15], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) ownNetworks.addSubnet(address, bits)
for (const [address, bits] of [['::', 127], ['64:ff9b::', 96], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const) ownNetworks.addSubnet(address, bits, 'ipv6')

const isOwn = (address: string): boolean => ownNetworks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')

/** As a seller's server has it, without anything else that a request could carry. */
const isListingPath = ({ pathname, search, username, password }: URL): boolean =>
  /^\/v1\/listings\/[a-z0-9][a-z0-9-]{0,63}$/.test(pathname) && search === '' && username === '' && password === ''

/** What the system's resolver says; [] where it knows no such name, which then nobody can be asked at either. */
const resolve = async (host: string): Promise<readonly string[]> => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

/**
 * Anybody can list any URL on the contract. Before a seller is asked that nobody chose: a listing's path and nothing else, at an address
 * of the public internet, or this program would call whatever answers in its owner's own network. A name that resolves otherwise a moment
 * later gets no more than the GET of such a path. Throws `access.address-unasked`, `input.url-invalid`.
 */
export const assertAskable = async (address: string): Promise<void> => {
  const url = parseListingUrl(address)
  const found = isListingPath(url) ? await resolve(url.hostname.replaceAll(/^\[|\]$/g, '')) : null
  if (found !== null && !found.some(isOwn)) return
  throw new AppError('access.address-unasked', `${address.slice(0, 200)} is not asked unless somebody opens it: ${
    found === null ? 'it is no listing\'s address' : 'it is in your own network'}, and anybody can list it.`, { details: { url: address.slice(0, 200) } })
}
