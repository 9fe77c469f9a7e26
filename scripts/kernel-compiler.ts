import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { main as compile } from 'assemblyscript/asc'
import type { KernelName } from '../src/engine/kernel/kernels-wasm.ts'
import { projectRoot } from './run-command.ts'

/** Where the built kernels are kept, as source, so that they need no file beside them in a bundle or a worker. */
export const kernelModulePath = join(projectRoot, 'src/engine/kernel/kernels-wasm.ts')

const options = ['-O3', '--converge', '--noAssert', '--zeroFilledMemory', '--runtime', 'stub', '--enable', 'simd']
const kernels = { integer: [], fused: ['--enable', 'relaxed-simd'] } as const satisfies Record<KernelName, readonly string[]>

/** Compiles a kernel. Throws with the compiler's own words where it does not compile. */
const compileKernel = async (name: KernelName): Promise<Uint8Array> => {
  const entry = `${name}.ts`
  let wasm = new Uint8Array(0)
  let complaints = ''
  const { error } = await compile([entry, '--outFile', 'kernel.wasm', ...options, ...kernels[name]], {
    readFile: (name) => (name === entry ? readFileSync(join(projectRoot, 'src/engine/kernel/assembly', entry), 'utf8') : null),
    writeFile: (_name, contents) => {
      if (contents instanceof Uint8Array) wasm = Uint8Array.from(contents)
    },
    listFiles: () => [],
    stderr: {
      write: (chunk) => {
        complaints += String(chunk)
      },
    },
  })
  if (error !== null || wasm.length === 0) throw new Error(`the kernel ${name} does not compile:\n${complaints}`, { cause: error })
  return wasm
}

/** Compiles both kernels, into the module that carries them and their SHA-256. */
export const compileKernelModule = async (): Promise<string> => {
  const built = [['integer', await compileKernel('integer')], ['fused', await compileKernel('fused')]] as const
  return [
    '// Built from assembly/ by `npm run build:kernel`; a test builds it again and compares.',
    "export type KernelName = 'integer' | 'fused'",
    '',
    'export const kernelsWasm: Readonly<Record<KernelName, string>> = {',
    ...built.map(([name, wasm]) => `  ${name}: '${Buffer.from(wasm).toString('base64')}',`),
    '}',
    '',
    '/** SHA-256 of the bytes. */',
    'export const kernelDigests: Readonly<Record<KernelName, string>> = {',
    ...built.map(([name, wasm]) => `  ${name}: '${createHash('sha256').update(wasm).digest('hex')}',`),
    '}',
    '',
  ].join('\n')
}
