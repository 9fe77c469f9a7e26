import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)))
export const marketArtifactPath = join(projectRoot, 'contracts/artifacts/DataMarket.json')

/** What the rest of the program knows of a compiled contract. Checked in, so that running the market needs no compiler. */
export interface ContractArtifact {
  readonly contractName: string
  readonly compiler: CompilerSettings & { readonly version: string }
  readonly abi: readonly unknown[]
  /** Creation code, 0x-prefixed; the constructor's arguments are appended to it. */
  readonly bytecode: string
  /** The code that stands on the chain, the same bytes everywhere: no immutables, no metadata. */
  readonly deployedBytecode: string
}

interface CompilerSettings {
  readonly evmVersion: string
  readonly optimizerRuns: number
  readonly viaIR: boolean
}

/** cancun: the oldest rules the market runs on (transient storage), so that it runs on the most chains. */
export const compilerSettings: CompilerSettings = { evmVersion: 'cancun', optimizerRuns: 10_000, viaIR: false }

interface CompilerOutput {
  readonly errors?: readonly CompilerMessage[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>
}

interface CompilerMessage {
  readonly severity: 'error' | 'warning' | 'info'
  readonly formattedMessage: string
  readonly sourceLocation?: { readonly file: string }
}

interface CompiledContract {
  readonly abi: readonly unknown[]
  readonly evm: { readonly bytecode: CompiledCode; readonly deployedBytecode: CompiledCode }
}

interface CompiledCode {
  readonly object: string
  readonly immutableReferences?: Readonly<Record<string, unknown>>
}

// solc's own declarations say `any`.
export const compiler = solc as unknown as {
  version: () => string
  compile: (input: string, callbacks?: { import: (path: string) => { contents: string } | { error: string } }) => string
}

const require = createRequire(import.meta.url)

const readImport = (path: string): { contents: string } | { error: string } => {
  try {
    const file = path.startsWith('contracts/') ? join(projectRoot, path) : require.resolve(path)
    return { contents: readFileSync(file, 'utf8') }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Errors from anywhere, warnings from our own sources. */
const isOurs = (message: CompilerMessage): boolean =>
  message.severity === 'error' || message.sourceLocation === undefined || message.sourceLocation.file.startsWith('contracts/')

/** Compiles contracts/NAME.sol. The output depends on the sources, the settings and solc alone. Throws on any warning of ours. */
export const compileContract = (contractName: string): ContractArtifact => {
  const source = `contracts/${contractName}.sol`
  const input = {
    language: 'Solidity',
    sources: { [source]: { content: readFileSync(join(projectRoot, source), 'utf8') } },
    settings: {
      evmVersion: compilerSettings.evmVersion,
      viaIR: compilerSettings.viaIR,
      optimizer: { enabled: true, runs: compilerSettings.optimizerRuns },
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: {
        [source]: { [contractName]: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.deployedBytecode.immutableReferences'] },
      },
    },
  }
  const output = JSON.parse(compiler.compile(JSON.stringify(input), { import: readImport })) as CompilerOutput
  const messages = (output.errors ?? []).filter(isOurs).map((error) => error.formattedMessage)
  const contract = output.contracts?.[source]?.[contractName]
  if (messages.length > 0 || contract === undefined) throw new Error(`${source} does not compile cleanly:\n${messages.join('\n')}`)
  const { bytecode, deployedBytecode } = contract.evm
  if (Object.keys(deployedBytecode.immutableReferences ?? {}).length > 0) {
    throw new Error(`${source} has immutables: its code would differ from chain to chain`)
  }
  return {
    contractName,
    compiler: { version: compiler.version(), ...compilerSettings },
    abi: contract.abi,
    bytecode: `0x${bytecode.object}`,
    deployedBytecode: `0x${deployedBytecode.object}`,
  }
}

/** The artifact's text as it is checked in. */
export const formatArtifact = (artifact: ContractArtifact): string => `${JSON.stringify(artifact, null, 2)}\n`
