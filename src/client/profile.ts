import { hkdfSync } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../shared/errors.ts'
import { assertSameAddress, defaultHome, findProfileHeader, parsePrivateKey, parseUserInfo, type Account, type HostOptions } from '../host/index.ts'
import { createPassphraseAsker, type Ask } from './ask.ts'
import type { InitializeOptions } from './options.ts'
import { readUserFile } from './read-user-file.ts'

/** Whose account a session is, and the profile it works in. */
export interface SessionProfile {
  readonly hostOptions: HostOptions
  /** What was given or typed; null where the profile's own wallet is to be used. */
  readonly account: Account | null
  readonly endpointUrl: string | null
  /** The name of a network that was switched off and that the endpoint belongs to. */
  readonly deadNetwork: string | null
}

type GivenAccount = Omit<SessionProfile, 'hostOptions'>

const readUserInfo = (path: string): GivenAccount => {
  const { privateKey, endpointUrl, deadNetwork } = parseUserInfo(readUserFile(path))
  const account = parsePrivateKey(privateKey)
  return deadNetwork === null ? { account, endpointUrl, deadNetwork } : { account, endpointUrl: null, deadNetwork: deadNetwork.name }
}

const readGiven = ({ userInfo, privateKey, address, endpointUrl }: InitializeOptions): GivenAccount => {
  if (userInfo !== undefined && privateKey !== undefined) throw new AppError('input.invalid', 'initialize() takes userInfo or privateKey, not both.')
  const given = userInfo !== undefined
    ? readUserInfo(userInfo)
    : { account: privateKey === undefined ? null : parsePrivateKey(privateKey), endpointUrl: null, deadNetwork: null }
  if (address !== undefined && given.account !== null) assertSameAddress(address, given.account.address, 'initialize()')
  return endpointUrl === undefined ? given : { ...given, endpointUrl, deadNetwork: null }
}

/**
 * A folder for what an account buys when the account itself is not to be kept: a paid purchase must outlive a crash. Its
 * passphrase follows from the private key (HKDF, RFC 5869), so that whoever gives the key again finds it, and nobody else.
 */
const ownProfile = ({ address, privateKey }: Account): HostOptions => {
  const secret = Buffer.from(privateKey.slice(2), 'hex')
  const passphrase = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), 'hesystem/account-profile/1', 32)).toString('hex')
  return {
    home: join(defaultHome(), 'accounts', address.toLowerCase()),
    secretStore: 'passphrase',
    environment: {},
    askPassphrase: () => Promise.resolve(passphrase),
  }
}

/** A profile as the command line and the window use it. A passphrase given in code goes before one named in the environment. */
const sharedProfile = (home: string, { passphrase, secretStore }: InitializeOptions, ask: Ask): HostOptions => {
  const store = secretStore ?? (passphrase !== undefined && findProfileHeader(home) === null ? 'passphrase' : undefined)
  return {
    home,
    ...(store === undefined ? {} : { secretStore: store }),
    ...(passphrase === undefined
      ? { askPassphrase: createPassphraseAsker((text) => ask({ name: 'passphrase', text, secret: true })) }
      : { environment: {}, askPassphrase: () => Promise.resolve(passphrase) }),
  }
}

const askChoice = async <T extends string>(ask: Ask, name: 'save' | 'secretStore', text: string, choices: readonly T[]): Promise<T> => {
  const typed = (await ask({ name, text: `${text} (${choices.join('/')})`, secret: false })).trim().toLowerCase()
  const chosen = choices.find((choice) => choice === typed)
  if (chosen === undefined) throw new AppError('input.invalid', `Answer ${choices.join(' or ')}, not "${typed.slice(0, 100)}".`, { details: { option: name } })
  return chosen
}

/** Nobody has said who is asking: the key is typed, and kept in the default profile if its owner likes. */
const askForAccount = async (options: InitializeOptions, ask: Ask): Promise<Pick<SessionProfile, 'account' | 'hostOptions'>> => {
  const account = parsePrivateKey(await ask({ name: 'privateKey', text: 'Private key (64 hex digits)', secret: true }))
  if (options.address !== undefined) assertSameAddress(options.address, account.address, 'initialize()')
  const home = options.home ?? defaultHome()
  const isKept = options.home !== undefined || await askChoice(ask, 'save', `Keep the account ${account.address} in ${home}?`, ['yes', 'no']) === 'yes'
  if (!isKept) return { account, hostOptions: ownProfile(account) }
  const isChosen = options.passphrase !== undefined || options.secretStore !== undefined
  const secretStore = isChosen ? options.secretStore : await askChoice(ask, 'secretStore', 'Keep its key in the system\'s keychain or under a passphrase?', ['keychain', 'passphrase'])
  return { account, hostOptions: sharedProfile(home, secretStore === undefined ? options : { ...options, secretStore }, ask) }
}

/**
 * Whose session it will be and where it is kept; opens and writes nothing. Throws `input.unanswered`, `input.private-key-invalid`,
 * `input.address-mismatch`, `input.legacy-file-invalid`, `input.file-unreadable`.
 */
export const chooseProfile = async (options: InitializeOptions, ask: Ask): Promise<SessionProfile> => {
  const given = readGiven(options)
  const home = options.home ?? defaultHome()
  if (given.account === null && findProfileHeader(home) === null) return { ...given, ...await askForAccount(options, ask) }
  const isShared = given.account === null || options.home !== undefined
  return { ...given, hostOptions: isShared ? sharedProfile(home, options, ask) : ownProfile(given.account) }
}
