import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { projectRoot } from './solidity-compiler.ts'

// npm run test:forge [-- options of `forge test`]: the Solidity tests. Ends with 0 only if tests were run and none failed: the
// npm wrapper of forge ends with 0 whatever the tests said, and so does forge itself when it finds none.
// FOUNDRY_PROFILE=long runs ten times as many random calls.

const findForge = (): string | null => {
  const folders = [join(projectRoot, 'node_modules/@foundry-rs/forge-linux-amd64/bin'), ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, 'forge')).find((file) => existsSync(file)) ?? null
}

const forge = findForge()
if (forge === null) throw new Error('forge is not installed: npm install brings it on 64-bit Linux, elsewhere put `forge` on PATH')
const options = process.argv.slice(2)
const seed = options.includes('--fuzz-seed') ? [] : ['--fuzz-seed', `0x${randomBytes(8).toString('hex')}`]
console.log(`forge test ${[...seed, ...options].join(' ')}`)
const { FORGE_ALLOW_FAILURE: _, ...env } = process.env
const child = spawn(forge, ['test', '--root', projectRoot, ...seed, ...options], { env, stdio: ['ignore', 'pipe', 'inherit'] })
let output = ''
child.stdout.on('data', (chunk: Buffer) => {
  process.stdout.write(chunk)
  output += chunk.toString()
})
const [status] = (await once(child, 'close')) as [number | null]
const ran = /\((\d+) total tests\)/.exec(output)
if (ran === null || Number(ran[1]) === 0) console.error('forge ran no test')
process.exitCode = ran === null || Number(ran[1]) === 0 ? 1 : (status ?? 1)
