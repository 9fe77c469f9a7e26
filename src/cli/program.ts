import { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { addBackupCommands } from './commands/backup.ts'
import { addBenchCommand } from './commands/bench.ts'
import { addBuyCommands } from './commands/buy.ts'
import { addChainCommands } from './commands/chain.ts'
import { addConfigCommands } from './commands/config.ts'
import { addDatasetCommands } from './commands/dataset.ts'
import { addDemoCommand } from './commands/demo.ts'
import { addDisputeCommands } from './commands/disputes.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addHeadlessCommands } from './commands/headless.ts'
import { addListingCommands } from './commands/listing.ts'
import { addNetworkCommands } from './commands/network.ts'
import { addOpenCommand } from './commands/open.ts'
import { addReceiptCommands } from './commands/receipts.ts'
import { addServeCommands } from './commands/serve.ts'
import { addTensorCommands } from './commands/tensor.ts'
import { addTransactionCommands } from './commands/transactions.ts'
import { addWalletCommands } from './commands/wallet.ts'
import { addWorkerCommand } from './commands/worker.ts'
import type { GlobalOptions } from './run.ts'

/** The whole command line (cli.md); usage errors are thrown, not exited on, and with `json` not written either. */
export const createProgram = (json: boolean): Command => {
  const program = new Command('hesystem')
    .description('Sell answers computed over encrypted tables, or buy them.')
    .version(json ? JSON.stringify({ version: manifest.version }) : manifest.version, '--version', 'which version this is')
    .option('--home <folder>', 'the profile; by default HESYSTEM_HOME, else .hesystem in your home folder')
    .option('--json', 'one JSON document on stdout; progress and notes go to stderr')
    .option('--config <file>', 'how commands run; by default HESYSTEM_CONFIG, else config.json in the profile')
    .option('--secrets <store>', 'for a new profile: keychain, or passphrase where there is none')
    // Both hold for every command made after this.
    .exitOverride()
    .configureOutput(json ? { writeErr: () => undefined } : {})
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', '\nSecrets are typed, or come from a file named by --secret-file or HESYSTEM_PASSPHRASE_FILE; never from an argument.\nExit codes: 0 done, 1 failed, 2 usage.')
  const globals = (): GlobalOptions => program.opts()
  addDemoCommand(program, globals)
  addHeadlessCommands(program, globals)
  addDoctorCommand(program, globals)
  addBenchCommand(program, globals)
  addConfigCommands(program, globals)
  addChainCommands(program, globals)
  addWalletCommands(program, globals)
  addNetworkCommands(program, globals)
  addDatasetCommands(program, globals)
  addListingCommands(program, globals)
  addServeCommands(program, globals)
  addBuyCommands(program, globals)
  addDisputeCommands(program, globals)
  addReceiptCommands(program, globals)
  addOpenCommand(program, globals)
  addTensorCommands(program, globals)
  addTransactionCommands(program, globals)
  addBackupCommands(program, globals)
  addWorkerCommand(program, globals)
  return program
}
