import { writeFileSync } from 'node:fs'
import { compileKernel, formatKernelModule, kernelModulePath } from './kernel-compiler.ts'

// npm run build:kernel: writes the module that the engine's workers load.
const wasm = await compileKernel()
writeFileSync(kernelModulePath, formatKernelModule(wasm))
console.log(`kernel: ${wasm.length} bytes`)
