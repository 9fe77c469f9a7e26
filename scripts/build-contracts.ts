import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { compileContract, formatArtifact, marketArtifactPath } from './solidity-compiler.ts'

// npm run build:contracts: writes the artifact that host, tests and practice chain read.
mkdirSync(dirname(marketArtifactPath), { recursive: true })
const artifact = compileContract('DataMarket')
writeFileSync(marketArtifactPath, formatArtifact(artifact))
console.log(`DataMarket: ${(artifact.deployedBytecode.length - 2) / 2} bytes of code (${artifact.compiler.version})`)
