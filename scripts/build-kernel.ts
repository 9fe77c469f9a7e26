import { writeFileSync } from 'node:fs'
import { compileKernelModule, kernelModulePath } from './kernel-compiler.ts'

// npm run build:kernel: writes the module that the engine's workers load.
writeFileSync(kernelModulePath, await compileKernelModule())
console.log(`built ${kernelModulePath}`)
