/** What is to be shown by a campaign: its long command, its short form in `npm test`, and which of its figures says most. */
export interface Claim {
  readonly what: string
  /** A script of package.json, with its options. */
  readonly command: string
  /** Files that `npm test` runs. */
  readonly shortForms: readonly string[]
  /** The file of `docs/reliability`, and the figure of it; or the page that holds the figures. */
  readonly figure: { readonly run: string, readonly name: string } | { readonly page: string }
}

const e2e = (name: string): string => `test/e2e/${name}.test.ts`
const chain = (name: string): string => `test/integration/chain/${name}.test.ts`
const hostile = (name: string): string => `test/integration/hostile/${name}.test.ts`

export const claims: readonly Claim[] = [
  { what: 'Kills', command: 'npm run campaign:kills', shortForms: [e2e('kills')], figure: { run: 'kills', name: 'kills that landed' } },
  {
    what: 'Kills of backups and restorations', command: 'npm run campaign:kills -- --storage --kills 150', shortForms: [e2e('kills'), e2e('restored')],
    figure: { run: 'kills-storage', name: 'kills that landed' },
  },
  {
    what: 'Faults of the chain', command: 'npm run campaign:chain', shortForms: [chain('faults'), chain('reorganised-payment'), chain('moved-request'), chain('begun-anew')],
    figure: { run: 'chain', name: 'payments through a node that fails at random, each made once' },
  },
  {
    what: 'The engine against BigInt', command: 'npm run campaign:engine',
    shortForms: ['test/unit/engine/campaign-arithmetic.test.ts', 'test/unit/engine/campaign-keys.test.ts'], figure: { run: 'engine', name: 'cases' },
  },
  {
    what: 'The contract under random calls', command: 'npm run campaign:contract', shortForms: ['contracts/test', 'test/contract/market-model.test.ts'],
    figure: { run: 'contract', name: 'calls of the market in forge' },
  },
  {
    what: 'The contract broken on purpose', command: 'npm run campaign:mutation', shortForms: ['test/contract/mutation.test.ts'],
    figure: { run: 'mutation', name: 'survived without an explanation' },
  },
  { what: 'Gas, beside the 2020 contract', command: 'npm exec -- node scripts/report-gas.ts', shortForms: ['test/contract/gas.test.ts'], figure: { page: 'gas.md' } },
  { what: 'Load', command: 'npm run campaign:load', shortForms: [hostile('load')], figure: { run: 'load', name: 'downloads together, MiB a second' } },
  { what: 'Fuzz of routes and importers', command: 'npm run campaign:fuzz', shortForms: [hostile('fuzz')], figure: { run: 'fuzz', name: 'inputs' } },
  { what: 'Storage', command: 'npm run campaign:storage -- --cuts 4', shortForms: ['test/integration/cli/storage-faults.test.ts', 'test/unit/storage/faults.test.ts'], figure: { run: 'storage', name: 'faults' } },
  {
    what: 'Secrets', command: 'npm run campaign:secrets',
    shortForms: [
      hostile('secrets'), hostile('crash-output'), 'test/integration/cli/passphrase-kills.test.ts', 'test/unit/operations/redaction-fuzz.test.ts',
      'test/unit/secrets/keychain.test.ts', 'test/unit/secrets/open-profile.test.ts',
    ],
    figure: { run: 'secrets', name: 'log lines of random facts with secrets in them' },
  },
  {
    what: 'The time of a refusal', command: 'npm run campaign:refusals', shortForms: ['test/integration/trust/refusals.test.ts'],
    figure: { run: 'refusals', name: 'largest |z| of the same program on two tables' },
  },
  {
    what: 'Whole trades by command', command: 'npm run campaign:trades', shortForms: [e2e('demo'), e2e('two-processes'), e2e('escrow-moves'), e2e('restarts')],
    figure: { run: 'trades', name: 'demos of a random table, answered exactly' },
  },
  { what: 'Trades in a loop', command: 'npm run campaign:soak -- --minutes 60', shortForms: [hostile('soak')], figure: { run: 'soak', name: 'trades confirmed' } },
]
