import { AppError } from '../../shared/errors.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { explorerOf } from './explorer.ts'
import { invalidNetwork, parseNetwork, type Network } from './network-schema.ts'
import type { SettingsService } from './settings.ts'

/** The networks a profile knows; one of them may be the active one. */
export interface NetworkService {
  list(): readonly Network[]
  find(name: string): Network | null
  /** Throws `input.not-found`. */
  get(name: string): Network
  /** Throws `input.network-invalid`, `chain.network-dead`, `input.network-exists`. */
  add(network: unknown): Network
  /** Throws `input.network-exists`. */
  assertNew(name: string): void
  /** Adds, or changes the one of that name: a practice chain has another port, a contract another address, after a restart. */
  save(network: unknown): Network
  /** Throws `input.not-found`. */
  use(name: string): Network
  findActive(): Network | null
  /** Where people look at this chain: an explorer that the profile was told of, else the one that is known; null where there is none. */
  findExplorer(chainId: number): string | null
  /** Throws `chain.network-missing`. */
  getActive(): Network
  /** Throws `input.not-found`, and `input.network-invalid` for the active one. */
  remove(name: string): void
}

interface NetworkRow {
  readonly name: string
  readonly kind: string
  readonly rpc_url: string
  readonly chain_id: number
  readonly contract: string | null
  readonly explorer: string | null
}

// Read without the rules for new ones: a network that died since it was added can still be listed and removed.
const fromRow = (row: NetworkRow): Network =>
  ({ name: row.name, kind: row.kind as Network['kind'], rpcUrl: row.rpc_url, chainId: row.chain_id, contract: row.contract, explorer: row.explorer })

const columns = 'name, kind, rpc_url, chain_id, contract, explorer'

export const createNetworkService = (database: ProfileDatabase, settings: SettingsService): NetworkService => {
  const find = (name: string): Network | null => {
    const row = database.prepare<[string], NetworkRow>(`SELECT ${columns} FROM network WHERE name = ?`).get(name)
    return row === undefined ? null : fromRow(row)
  }
  const get = (name: string): Network => {
    const network = find(name)
    if (network === null) throw new AppError('input.not-found', `There is no network “${name}” in this profile.`, { details: { name } })
    return network
  }
  const write = (network: Network): Network => {
    database.prepare(`INSERT OR REPLACE INTO network (${columns}) VALUES (?, ?, ?, ?, ?, ?)`)
      .run(network.name, network.kind, network.rpcUrl, network.chainId, network.contract, network.explorer)
    return network
  }
  const findActive = (): Network | null => {
    const { activeNetwork } = settings.get()
    return activeNetwork === null ? null : find(activeNetwork)
  }
  const assertNew = (name: string): void => {
    if (find(name) !== null) throw new AppError('input.network-exists', `This profile already knows a network “${name}”.`, { details: { name } })
  }
  const addNew = database.transaction((network: Network): Network => {
    assertNew(network.name)
    return write(network)
  })
  const list = (): Network[] => database.prepare<[], NetworkRow>(`SELECT ${columns} FROM network ORDER BY name`).all().map(fromRow)
  return {
    list,
    find,
    get,
    assertNew,
    add: (network) => addNew.immediate(parseNetwork(network)),
    save: (network) => write(parseNetwork(network)),
    use: (name) => {
      const network = get(name)
      settings.update({ activeNetwork: name })
      return network
    },
    findActive,
    findExplorer: (chainId) => {
      const told = list().find((network) => network.chainId === chainId && network.explorer !== null)
      return explorerOf(told ?? { chainId, explorer: null })
    },
    getActive: () => {
      const network = findActive()
      if (network === null) throw new AppError('chain.network-missing', 'No network has been chosen in this profile.')
      return network
    },
    remove: (name) => {
      get(name)
      if (settings.get().activeNetwork === name) throw invalidNetwork('name', 'is the active one’s; use another network first')
      database.prepare('DELETE FROM network WHERE name = ?').run(name)
    },
  }
}
