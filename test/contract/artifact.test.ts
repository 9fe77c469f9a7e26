import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileContract, compilerSettings, formatArtifact, marketArtifactPath, projectRoot } from '../../scripts/solidity-compiler.ts'

describe('the checked-in artifact of the market', () => {
  const artifact = compileContract('DataMarket')

  it('is what its sources compile to, byte for byte', () => {
    expect(readFileSync(marketArtifactPath, 'utf8'), 'run: npm run build:contracts').toBe(formatArtifact(artifact))
  })

  it('fits under the code size limit of EIP-170 and has no way to receive ether or delegate', () => {
    expect((artifact.deployedBytecode.length - 2) / 2).toBeLessThanOrEqual(24_576)
    const kinds = artifact.abi.map((entry) => (entry as { readonly type: string }).type)
    expect(kinds).not.toContain('receive')
    expect(kinds).not.toContain('fallback')
  })

  it('is compiled with the settings that forge tests it with', () => {
    const foundry = readFileSync(join(projectRoot, 'foundry.toml'), 'utf8')
    const setting = (name: string): string | undefined => new RegExp(`^${name} = "?([^"\\n]*)"?$`, 'm').exec(foundry)?.[1]
    expect({
      evmVersion: setting('evm_version'),
      optimizerRuns: Number(setting('optimizer_runs')?.replace('_', '')),
      viaIR: setting('via_ir') === 'true',
    }).toEqual(compilerSettings)
  })
})
