import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { HDNodeWallet, JsonRpcProvider, Mnemonic, toQuantity } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { practiceChainId } from '../settings/known-chains.ts'
import { findPracticeChainProgram } from './practice-program.ts'

export interface PracticeAccount {
  readonly address: string
  readonly privateKey: string
}

export interface PracticeChain {
  readonly rpcUrl: string
  readonly chainId: number
  /** Funded with 10,000 ether of no worth; their keys are known to everybody. */
  readonly accounts: readonly PracticeAccount[]
  /** Moves the clock of the chain on and mines a block at the new time. */
  advanceTime(seconds: number): Promise<void>
  /** Mines empty blocks, by default one. */
  mine(blocks?: number): Promise<void>
  /** Gives an address this balance, out of nothing. */
  setBalance(address: string, balanceWei: bigint): Promise<void>
  /** Ends the chain, writing its state first where it has a `dataDir`. */
  stop(): Promise<void>
}

export interface PracticeChainOptions {
  /** By default 31337, as everybody's. */
  readonly chainId?: number
  /** A free port by default. */
  readonly port?: number
  /** A folder in which the chain's state survives a restart; without it the chain starts anew. */
  readonly dataDir?: string
  /** Called once if the chain ends without having been stopped. */
  readonly onUnexpectedEnd?: (message: string) => void
}

/** The development phrase everybody uses, so that wallets warn about it. */
const practicePhrase = 'test test test test test test test test test test test junk'
const practiceAccounts = 10
const readyMilliseconds = 30_000
const stopMilliseconds = 10_000
const stateIntervalSeconds = 5

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Runs the node as its own child and ends it when the pipe to us closes: on stop, on exit, and when we crash, for the
 * system closes the pipe even after kill -9. The node in turn writes its state on SIGTERM.
 */
const supervisor = `
exec 3<&0
"$@" 3<&- </dev/null &
node=$!
( read -r _ <&3; kill -TERM "$node" 2>/dev/null ) >/dev/null 2>&1 &
watcher=$!
wait "$node"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`

const derivePracticeAccounts = (): PracticeAccount[] => {
  const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(practicePhrase), 'm/44\'/60\'/0\'/0')
  return Array.from({ length: practiceAccounts }, (_, index) => {
    const { address, privateKey } = root.deriveChild(index)
    return { address, privateKey }
  })
}

const stateFile = (dataDir: string): string => join(dataDir, 'practice-chain.json')

/** Whether the state kept in this folder cannot be read: the node writes over it in place, and a power failure may cut that short. */
export const isStateDamaged = (dataDir: string): boolean => {
  if (!existsSync(stateFile(dataDir))) return false
  try {
    JSON.parse(readFileSync(stateFile(dataDir), 'utf8'))
    return false
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return true
  }
}

const createArguments = ({ chainId = practiceChainId, port, dataDir }: PracticeChainOptions): string[] => [
  '--hardfork', 'osaka', '--enable-tx-gas-limit',
  '--host', '127.0.0.1', '--port', String(port ?? 0), '--chain-id', String(chainId),
  '--mnemonic', practicePhrase, '--accounts', String(practiceAccounts),
  ...(dataDir === undefined
    ? []
    : ['--state', stateFile(dataDir), '--state-interval', String(stateIntervalSeconds), '--preserve-historical-states']),
]

const spawnSupervised = (program: string, args: readonly string[]): Child =>
  process.platform === 'win32'
    // No POSIX shell to watch the pipe: the node is ended by `stop` and by our orderly exit only.
    ? spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    // A process group of its own: Ctrl-C in a terminal reaches us, and we end the chain when we are done with it.
    : spawn('/bin/sh', ['-c', supervisor, 'practice-chain', program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })

/** Resolves with the port once the node listens; rejects with what it said if it ends or stays silent. */
const awaitListening = (child: Child): Promise<number> => new Promise((resolve, reject) => {
  let output = ''
  let settled = false
  const settle = (act: () => void): void => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    act()
  }
  const fail = (why: string, cause?: unknown): void => {
    const said = output.trim().split('\n').slice(-3).join(' ')
    settle(() => { reject(new AppError('chain.practice-chain-failed', `The practice chain did not start: ${why}${said === '' ? '' : ` (${said})`}.`, { cause })) })
  }
  const timer = setTimeout(() => { fail(`not ready after ${readyMilliseconds / 1000} s`) }, readyMilliseconds)
  const listen = (chunk: Buffer): void => {
    // Read on after the start too: a full pipe would stop the node.
    if (settled) return
    output += chunk.toString('utf8')
    const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(output)?.[1]
    if (port !== undefined) settle(() => { resolve(Number(port)) })
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  child.once('error', (error) => { fail(error.message, error) })
  child.once('exit', (code) => { fail(`it ended with ${code === null ? 'a signal' : `code ${code}`}`) })
})

const endChild = async (child: Child): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  if (process.platform === 'win32') child.kill()
  child.stdin.end()
  const { pid } = child
  const timer = setTimeout(() => { process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL') }, stopMilliseconds)
  await ended
  clearTimeout(timer)
}

/**
 * Starts the local development chain (mainnet's rules and 2²⁴ gas a transaction). It dies with this
 * process, however that ends. Throws `chain.no-practice-chain`, `chain.practice-chain-failed`.
 */
export const startPracticeChain = async (options: PracticeChainOptions = {}): Promise<PracticeChain> => {
  const program = findPracticeChainProgram()
  if (program === null) {
    throw new AppError('chain.no-practice-chain', 'There is no program for a practice chain here: neither the npm package nor `anvil` on the PATH.')
  }
  if (options.dataDir !== undefined) mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const child = spawnSupervised(program, createArguments(options))
  // Writing to a chain that has ended is no error of ours: `exit` tells about it.
  child.stdin.on('error', () => undefined)
  const endWithUs = (): void => { if (process.platform === 'win32') child.kill() }
  process.once('exit', endWithUs)
  let stopping = false
  let listening = false
  child.once('exit', () => {
    process.off('exit', endWithUs)
    child.stdin.destroy()
    if (listening && !stopping) options.onUnexpectedEnd?.('The practice chain has ended by itself.')
  })
  const port = await awaitListening(child).catch(async (error: unknown) => {
    await endChild(child)
    throw error
  })
  listening = true
  const { chainId = practiceChainId } = options
  const rpcUrl = `http://127.0.0.1:${port}`
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 })
  return {
    rpcUrl,
    chainId,
    accounts: derivePracticeAccounts(),
    advanceTime: async (seconds) => {
      await provider.send('evm_increaseTime', [toQuantity(seconds)])
      await provider.send('anvil_mine', ['0x1'])
    },
    mine: async (blocks = 1) => { await provider.send('anvil_mine', [toQuantity(blocks)]) },
    setBalance: async (address, balanceWei) => { await provider.send('anvil_setBalance', [address, toQuantity(balanceWei)]) },
    stop: async () => {
      stopping = true
      provider.destroy()
      await endChild(child)
    },
  }
}
