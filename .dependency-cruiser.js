import { builtinModules } from 'node:module'

/** Where the program is entered: the shells, the library, the workers (started by path), and the reference for the engine's tests. */
const entries = [
  '^src/(cli|headless)/main\\.ts$', '^src/(client|main|preload)/index\\.ts$', '^src/renderer/main\\.tsx$', '^src/engine/worker\\.ts$',
  '^src/host/scripts/script-worker\\.ts$', '^src/host/datasets/table-worker\\.ts$', '^src/host/judging/judge-worker\\.ts$',
  '^src/host/secrets/keychain-worker\\.ts$', '^src/crypto/paillier-bigint\\.ts$',
]

/** What the public library sees of the host. */
const hostsPublicFace = ['src/host/index.ts', 'src/host/create-host.ts']

/**
 * Who may import whom. A room may import itself and what stands here, nothing else; type-only imports count. The reasons are
 * in ARCHITECTURE.md; test/architecture plants a violation of every rule and sees it caught.
 *   rooms     other rooms, whole
 *   typesOf   other rooms, but only with `import type`
 *   files     single files or folders elsewhere
 *   packages  npm packages (a scope stands for all its packages)
 *   node      Node's own modules: 'all' or a list; none where it is left out
 */
const table = {
  crypto: { packages: ['paillier-bigint'] },
  shared: { packages: ['zod', '@orpc/contract', '@noble'] },
  compute: { rooms: ['shared', 'crypto'] },
  policy: { rooms: ['shared', 'compute'] },
  script: { rooms: ['compute', 'shared'], packages: ['typescript', 'quickjs-emscripten', '@jitl'] },
  engine: { rooms: ['shared', 'crypto', 'compute'], node: ['worker_threads', 'crypto', 'os', 'util'] },
  host: {
    rooms: ['shared', 'crypto', 'compute', 'policy', 'script', 'engine'],
    files: ['resources/', 'contracts/artifacts/'],
    packages: [
      'zod', 'better-sqlite3', 'ethers', 'fastify', '@fastify', 'pino', 'prom-client', 'bullmq', 'ioredis', 'apache-arrow', 'csv-parse', 'pdfkit', '@noble',
      'siwe', 'keytar', '@orpc/contract', '@orpc/server', 'hyparquet', 'pg', 'read-excel-file', 'selfsigned',
    ],
    node: 'all',
  },
  // Node's modules: the library asks on the terminal, reads user_info.txt, and knows where profiles are.
  client: { rooms: ['shared'], files: hostsPublicFace, node: ['crypto', 'fs', 'os', 'path', 'readline/promises'] },
  headless: { rooms: ['host', 'shared'], packages: ['@orpc/server', 'ws'], node: 'all' },
  cli: { rooms: ['host', 'client', 'shared'], files: ['package.json', 'src/headless/index.ts'], packages: ['commander', 'zod'], node: 'all' },
  main: { rooms: ['host', 'shared'], packages: ['electron', '@orpc/server', 'zod'], node: 'all' },
  preload: { typesOf: ['shared'], packages: ['electron'] },
  renderer: {
    rooms: ['shared'],
    typesOf: ['compute'],
    packages: [
      'react', 'react-dom', '@mantine', '@tanstack', '@tabler', '@fontsource', 'monaco-editor', 'qrcode-generator', '@orpc/client', 'zod',
    ],
  },
}

const escape = (text) => text.replaceAll('.', '\\.').replaceAll('/', '\\/')
const oneOf = (names) => `(${names.map(escape).join('|')})`
const inRooms = (names) => `^src/${oneOf(names)}/`
const packages = (names) => `(^|/)node_modules/${oneOf(names)}/`
const nodeModules = (names) => `^(node:)?${oneOf(names)}$`
const anyNodeModule = nodeModules(builtinModules)

const allowedBy = (room, { rooms = [], typesOf = [], files = [], packages: npm = [], node = [] }) => [
  inRooms([room, ...rooms, ...typesOf]),
  ...files.map((file) => `^${escape(file)}`),
  ...(npm.length > 0 ? [packages(npm)] : []),
  ...(node === 'all' ? [anyNodeModule] : node.length > 0 ? [nodeModules(node)] : []),
]

const roomRules = Object.entries(table).map(([room, entry]) => ({
  name: `${room}-imports`,
  comment: `src/${room} may import itself and what the table in .dependency-cruiser.js gives it.`,
  severity: 'error',
  from: { path: inRooms([room]) },
  to: { pathNot: allowedBy(room, entry), couldNotResolve: false },
}))

const typeRules = Object.entries(table)
  .filter(([, { typesOf }]) => typesOf !== undefined)
  .map(([room, { typesOf }]) => ({
    name: `${room}-takes-only-types-of-${typesOf.join('-and-')}`,
    comment: `src/${room} may know the types of ${typesOf.join(', ')}, never run its code.`,
    severity: 'error',
    from: { path: inRooms([room]) },
    to: { path: inRooms(typesOf), dependencyTypesNot: ['type-only'] },
  }))

const rules = [
  {
    name: 'room-is-in-the-table',
    comment: 'Every file of the program lives in a room that has a row in the table of .dependency-cruiser.js.',
    severity: 'error',
    from: { path: '^src/', pathNot: inRooms(Object.keys(table)) },
    to: {},
  },
  {
    name: 'paillier-bigint-in-one-file',
    comment: 'The reference implementation, with its own workers and randomness, is reached through one file.',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/crypto/paillier-bigint\\.ts$' },
    to: { path: packages(['paillier-bigint', 'bigint-crypto-utils', 'bigint-mod-arith']) },
  },
  {
    name: 'electron-in-main-and-preload',
    comment: 'Requiring electron under plain Node downloads its binary; only the two rooms that run inside it name it.',
    severity: 'error',
    from: { pathNot: inRooms(['main', 'preload']) },
    to: { path: packages(['electron']), dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'renderer-never-reaches-keys',
    comment: 'Not even through others: ciphertexts, keys and the machine stay on the far side of the bridge.',
    severity: 'error',
    from: { path: inRooms(['renderer']) },
    to: {
      path: [
        inRooms(['engine', 'policy', 'script', 'host', 'client', 'headless', 'cli', 'main']),
        packages(['better-sqlite3', 'keytar', 'ethers', 'electron']),
        anyNodeModule,
      ],
      reachable: true,
    },
  },
  {
    name: 'pure-rooms-never-reach-the-machine',
    comment: 'What these rooms compute depends on their arguments alone: no files, network, clock or hidden randomness behind them.',
    severity: 'error',
    from: { path: inRooms(['shared', 'crypto', 'compute', 'policy', 'script']) },
    to: {
      path: [inRooms(['engine', 'host']), packages(['better-sqlite3', 'keytar', 'ethers', 'fastify', 'electron']), anyNodeModule],
      reachable: true,
    },
  },
  {
    name: 'host-never-reaches-a-shell',
    comment: 'One host, three shells: what the host can do may not depend on which one runs it.',
    severity: 'error',
    from: { path: inRooms(['engine', 'host', 'client']) },
    to: { path: [inRooms(['headless', 'cli', 'main', 'preload', 'renderer']), packages(['electron', 'commander'])], reachable: true },
  },
  {
    name: 'program-never-imports-tests',
    comment: 'What ships does not lean on tests or on the scripts that build it.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: ['^test/', '^scripts/', '\\.(test|spec)\\.tsx?$'] },
  },
  {
    name: 'program-runs-on-dependencies',
    comment: 'Installed without development packages the program must still run. The renderer is bundled; electron is the shell itself.',
    severity: 'error',
    from: { path: '^src/', pathNot: inRooms(['renderer']) },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packages(['electron']) },
  },
  {
    name: 'package-is-declared',
    comment: 'A package that package.json does not name is there by accident.',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'import-resolves',
    comment: 'The imported file or package is not there.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-cycles',
    comment: 'Modules that need each other are one module, or miss a third. Cycles of types count.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-dead-modules',
    comment: 'A file that no entry of the program reaches is not part of it, however many tests it has.',
    severity: 'error',
    from: { path: entries },
    to: { path: '^src/', pathNot: entries, reachable: false },
  },
]

export default {
  forbidden: [...roomRules, ...typeRules, ...rules],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(fixtures|out|coverage)/|^src/engine/kernel/assembly/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.css', '.d.ts'],
    },
  },
}
