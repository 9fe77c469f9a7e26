import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cruise, projectRoot, type CruiseReport } from './cruise.ts'
import { createPlantedTree, honestFileNames, type Planted } from './planted-tree.ts'

const planted: readonly Planted[] = [
  // One row of the table each: a room above, a package that is not theirs, Node's own modules, a type.
  { rule: 'crypto-imports', file: 'src/crypto/planted.ts', source: "import { schema } from '../shared/schemas.ts'\nexport const it = schema\n" },
  { rule: 'crypto-imports', file: 'src/crypto/planted-node.ts', source: "import { randomBytes } from 'node:crypto'\nexport const it = randomBytes\n" },
  { rule: 'crypto-imports', file: 'src/crypto/planted-type.ts', source: "import type { Schema } from '../shared/schemas.ts'\nexport type It = Schema\n" },
  { rule: 'shared-imports', file: 'src/shared/planted.ts', source: "import { key } from '../crypto/paillier.ts'\nexport const it = key\n" },
  { rule: 'shared-imports', file: 'src/shared/planted-package.ts', source: "import { id } from 'ethers'\nexport const it = id\n" },
  { rule: 'compute-imports', file: 'src/compute/planted.ts', source: "import { rules } from '../policy/rules.ts'\nexport const it = rules\n" },
  { rule: 'policy-imports', file: 'src/policy/planted.ts', source: "import { readFileSync } from 'node:fs'\nexport const it = readFileSync\n" },
  { rule: 'script-imports', file: 'src/script/planted.ts', source: "import { key } from '../crypto/paillier.ts'\nexport const it = key\n" },
  { rule: 'engine-imports', file: 'src/engine/planted.ts', source: "import { readFileSync } from 'node:fs'\nexport const it = readFileSync\n" },
  { rule: 'host-imports', file: 'src/host/planted.ts', source: "import { createElement } from 'react'\nexport const it = createElement\n" },
  { rule: 'client-imports', file: 'src/client/planted.ts', source: "import { wallet } from '../host/wallet.ts'\nexport const it = wallet\n" },
  { rule: 'headless-imports', file: 'src/headless/planted.ts', source: "import { main } from '../cli/main.ts'\nexport const it = main\n" },
  { rule: 'cli-imports', file: 'src/cli/planted.ts', source: "import { tensor } from '../compute/tensor.ts'\nexport const it = tensor\n" },
  { rule: 'main-imports', file: 'src/main/planted.ts', source: "import { pool } from '../engine/pool.ts'\nexport const it = pool\n" },
  { rule: 'preload-imports', file: 'src/preload/planted.ts', source: "import { readFileSync } from 'node:fs'\nexport const it = readFileSync\n" },
  { rule: 'renderer-imports', file: 'src/renderer/planted.ts', source: "import { rules } from '../policy/rules.ts'\nexport const it = rules\n" },
  {
    rule: 'preload-takes-only-types-of-shared',
    file: 'src/preload/planted-value.ts',
    source: "import { schema } from '../shared/schemas.ts'\nexport const it = schema\n",
  },
  {
    rule: 'renderer-takes-only-types-of-compute',
    file: 'src/renderer/planted-value.ts',
    source: "import { tensor } from '../compute/tensor.ts'\nexport const it = tensor\n",
  },

  // Roads that lead there through an honest-looking neighbour.
  {
    rule: 'renderer-never-reaches-keys',
    file: 'src/renderer/planted-road.ts',
    source: "import { it as road } from '../shared/planted-road.ts'\nexport const it = road\n",
  },
  { rule: 'shared-imports', file: 'src/shared/planted-road.ts', source: "import { host } from '../host/create-host.ts'\nexport const it = host\n" },
  {
    rule: 'pure-rooms-never-reach-the-machine',
    file: 'src/policy/planted-road.ts',
    source: "import { it as road } from '../compute/planted-road.ts'\nexport const it = road\n",
  },
  { rule: 'compute-imports', file: 'src/compute/planted-road.ts', source: "import { pool } from '../engine/pool.ts'\nexport const it = pool\n" },
  {
    rule: 'host-never-reaches-a-shell',
    file: 'src/client/planted-road.ts',
    source: "import { it as road } from '../shared/planted-shell.ts'\nexport const it = road\n",
  },
  { rule: 'shared-imports', file: 'src/shared/planted-shell.ts', source: "import { main } from '../cli/main.ts'\nexport const it = main\n" },

  // The rules of the house as a whole.
  { rule: 'room-is-in-the-table', file: 'src/utils/planted.ts', source: "import { schema } from '../shared/schemas.ts'\nexport const it = schema\n" },
  { rule: 'paillier-bigint-in-one-file', file: 'src/crypto/planted-key.ts', source: "import type { PublicKey } from 'paillier-bigint'\nexport type It = PublicKey\n" },
  { rule: 'electron-in-main-and-preload', file: 'test/unit/planted.test.ts', source: "import { app } from 'electron'\nexport const it = app\n" },
  { rule: 'program-never-imports-tests', file: 'src/host/planted-test.ts', source: "import { build } from '../../scripts/build.ts'\nexport const it = build\n" },
  { rule: 'program-runs-on-dependencies', file: 'src/host/planted-dev.ts', source: "import { vi } from 'vitest'\nexport const it = vi\n" },
  { rule: 'package-is-declared', file: 'src/host/planted-package.ts', source: "import nobody from 'not-declared'\nexport const it = nobody\n" },
  { rule: 'import-resolves', file: 'src/host/planted-missing.ts', source: "import { gone } from './gone.ts'\nexport const it = gone\n" },
  { rule: 'no-cycles', file: 'src/host/planted-egg.ts', source: "import type { Hen } from './roost.ts'\nexport type Egg = Hen[]\n" },
  { rule: 'no-dead-modules', file: 'src/host/planted-orphan.ts', source: 'export const it = 1\n' },
]

describe('the layers of the house', () => {
  let root: string
  let report: CruiseReport

  beforeAll(() => {
    root = createPlantedTree(planted)
    report = cruise(root, ['src', 'test', 'scripts'])
  })

  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })

  it.each(planted)('catch $rule in $file', ({ rule, file }) => {
    const caught = report.violations.filter((violation) => violation.from === file).map((violation) => violation.rule)
    expect(caught).toContain(rule)
  })

  it('let honest imports pass in every room', () => {
    const accused = report.violations.filter(({ from }) => honestFileNames.includes(from))
    expect(accused).toEqual([])
  })

  it('have a planted violation for every rule', () => {
    const tried = new Set(planted.map(({ rule }) => rule))
    expect(report.rules.filter((rule) => !tried.has(rule))).toEqual([])
  })

  it('are kept by the program as it is', () => {
    const { violations } = cruise(projectRoot, ['src', 'test', 'scripts'])
    expect(violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`)).toEqual([])
  })
})
