import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { projectRoot } from './cruise.ts'

const packagesOfTheTable = [
  'paillier-bigint', 'zod', 'typescript', 'quickjs-emscripten', 'better-sqlite3', 'ethers', 'fastify', 'electron', 'react', 'keytar',
]

/** What each room offers in the planted tree, and imports that its row of the table allows: none of these may be caught. */
const honestFiles: Readonly<Record<string, string>> = {
  'src/crypto/paillier-bigint.ts': "export { PublicKey } from 'paillier-bigint'\n",
  'src/crypto/paillier.ts': "import { PublicKey } from './paillier-bigint.ts'\nexport const key = PublicKey\n",
  'src/shared/schemas.ts': "import { z } from 'zod'\nexport const schema = z\nexport type Schema = number\n",
  'src/compute/tensor.ts': "import { schema } from '../shared/schemas.ts'\nimport { key } from '../crypto/paillier.ts'\n"
    + 'export const tensor = [schema, key]\nexport type Tensor = number\n',
  'src/policy/rules.ts': "import { tensor } from '../compute/tensor.ts'\nexport const rules = tensor\n",
  'src/script/run-script.ts': "import { tensor } from '../compute/tensor.ts'\nimport ts from 'typescript'\nexport const run = [tensor, ts]\n",
  'src/engine/pool.ts': "import { Worker } from 'node:worker_threads'\nimport { key } from '../crypto/paillier.ts'\nexport const pool = [Worker, key]\n",
  'src/host/create-host.ts': "import { readFileSync } from 'node:fs'\nimport Database from 'better-sqlite3'\nimport { pool } from '../engine/pool.ts'\n"
    + "import { rules } from '../policy/rules.ts'\nimport { run } from '../script/run-script.ts'\n"
    + 'export const host = [readFileSync, Database, pool, rules, run]\n',
  'src/host/wallet.ts': "import { host } from './create-host.ts'\nimport type { Hen } from './roost.ts'\n"
    + 'export const wallet = host\nexport type Kept = Hen\n',
  'src/host/roost.ts': "import type { Egg } from './planted-egg.ts'\nexport type Hen = Egg[]\n",
  'src/client/index.ts': "import { host } from '../host/create-host.ts'\nexport const client = host\n",
  'src/cli/main.ts': "import { wallet } from '../host/wallet.ts'\nimport { argv } from 'node:process'\nexport const main = [wallet, argv]\n",
  'src/headless/main.ts': "import { wallet } from '../host/wallet.ts'\nexport const main = wallet\n",
  'src/main/index.ts': "import { app } from 'electron'\nimport { host } from '../host/create-host.ts'\nexport const main = [app, host]\n",
  'src/preload/index.ts': "import { contextBridge } from 'electron'\nimport type { Schema } from '../shared/schemas.ts'\n"
    + 'export const bridge: Schema = contextBridge\n',
  'src/renderer/main.tsx': "import { createElement } from 'react'\nimport { schema } from '../shared/schemas.ts'\n"
    + "import type { Tensor } from '../compute/tensor.ts'\nexport const page = [createElement, schema]\nexport type Shown = Tensor\n",
  'test/unit/tensor.test.ts': "import { tensor } from '../../src/compute/tensor.ts'\nexport const subject = tensor\n",
  'scripts/build.ts': 'export const build = 1\n',
}

export interface Planted {
  readonly rule: string
  readonly file: string
  readonly source: string
}

const write = (root: string, file: string, source: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), source)
}

/** Builds a small copy of the house in a temporary folder: honest files in every room, and the planted ones. Returns its path. */
export const createPlantedTree = (planted: readonly Planted[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'hesystem-layers-'))
  for (const file of ['package.json', 'tsconfig.base.json']) cpSync(join(projectRoot, file), join(root, file))
  for (const name of [...packagesOfTheTable, 'vitest', 'not-declared']) {
    write(root, `node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    write(root, `node_modules/${name}/index.js`, 'module.exports = {}\n')
  }
  for (const [file, source] of Object.entries(honestFiles)) write(root, file, source)
  for (const { file, source } of planted) write(root, file, source)
  return root
}

export const honestFileNames = Object.keys(honestFiles)
