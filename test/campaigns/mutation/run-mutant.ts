import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../../scripts/run-command.ts'
import { createMutants, type Mutant } from './mutants.ts'

/** caught: by the hand-written tests, or else by random calls alone; stillborn: the compiler refuses it. */
export type Fate = 'caught by hand' | 'caught by chance' | 'stillborn' | 'survived'

const mutated = ['DataMarket.sol', 'PullLedger.sol'] as const

export const listMutants = (): readonly Mutant[] =>
  mutated.flatMap((file) => createMutants(file, readFileSync(join(projectRoot, 'contracts', file), 'utf8')))

/** A copy of the contracts to break. */
export interface MutationBench {
  judge(mutant: Mutant): Fate
  close(): void
}

const forge = join(projectRoot, 'node_modules/@foundry-rs/forge-linux-amd64/bin/forge')

export const openMutationBench = (): MutationBench => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-mutants-'))
  for (const name of ['contracts', 'scripts', 'foundry.toml']) {
    cpSync(join(projectRoot, name), join(folder, name), { recursive: true, filter: (path) => !/contracts\/(out|cache)$/.test(path) })
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
  // Without the optimiser it compiles in half the time and does the same.
  const env = {
    ...process.env, FOUNDRY_OPTIMIZER: 'false', FOUNDRY_FUZZ_RUNS: '32',
    FOUNDRY_INVARIANT_RUNS: '40', FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: '0',
  }
  const run = (options: readonly string[]): 'passed' | 'failed' | 'not compiled' => {
    const { stdout, stderr, status } = spawnSync(forge, ['test', '--root', folder, ...options], { env, encoding: 'utf8' })
    if (/\d+ total tests/.test(stdout)) return status === 0 ? 'passed' : 'failed'
    if (/Compiler run failed/.test(stdout + stderr)) return 'not compiled'
    throw new Error(`no tests ran:\n${stdout}${stderr}`)
  }
  return {
    judge: ({ file, line, from, to }) => {
      const path = join(folder, 'contracts', file)
      const sound = readFileSync(path, 'utf8')
      const lines = sound.split('\n')
      if (lines[line - 1] !== from) throw new Error(`${file}:${line} is not “${from}”`)
      writeFileSync(path, lines.with(line - 1, to).join('\n'))
      try {
        const byHand = run(['--no-match-contract', 'InvariantsTest'])
        if (byHand !== 'passed') return byHand === 'failed' ? 'caught by hand' : 'stillborn'
        return run(['--match-contract', 'InvariantsTest']) === 'failed' ? 'caught by chance' : 'survived'
      } finally {
        writeFileSync(path, sound)
      }
    },
    close: () => { rmSync(folder, { recursive: true, force: true }) },
  }
}
