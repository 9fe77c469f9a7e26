import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { main as compile } from 'assemblyscript/asc'
import { projectRoot } from './run-command.ts'

const sourcePath = join(projectRoot, 'src/engine/kernel/assembly/montgomery.ts')

/** Where the built kernel is kept, as source, so that it needs no file beside it in a bundle or a worker. */
export const kernelModulePath = join(projectRoot, 'src/engine/kernel/montgomery-wasm.ts')

const options = ['-O3', '--converge', '--noAssert', '--zeroFilledMemory', '--runtime', 'stub', '--enable', 'simd']

/** Compiles the kernel. Throws with the compiler's own words where it does not compile. */
export const compileKernel = async (): Promise<Uint8Array> => {
  const entry = basename(sourcePath)
  let wasm = new Uint8Array(0)
  let complaints = ''
  const { error } = await compile([entry, '--outFile', 'kernel.wasm', ...options], {
    readFile: (name) => (name === entry ? readFileSync(sourcePath, 'utf8') : null),
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
  if (error !== null || wasm.length === 0) throw new Error(`the kernel does not compile:\n${complaints}`, { cause: error })
  return wasm
}

/** The module that carries the kernel. */
export const formatKernelModule = (wasm: Uint8Array): string => [
  '// Built from assembly/montgomery.ts by `npm run build:kernel`; a test builds it again and compares.',
  `export const montgomeryWasm = '${Buffer.from(wasm).toString('base64')}'`,
  '',
].join('\n')
