import type { Command } from 'commander'
import { restoreBackup } from '../../host/index.ts'
import { createTerminal } from '../terminal.ts'
import { secretAccess, resolveHome, withHost, type GlobalOptions } from '../run.ts'
import { readNewSecret, readSecret } from './wallet.ts'

interface SecretOption {
  readonly secretFile?: string
}

export const addBackupCommands = (program: Command, globals: () => GlobalOptions): void => {
  program.command('backup <file>').description('everything this profile is, in one encrypted file; may run beside serve')
    .option('--secret-file <file>', 'where the backup\'s passphrase stands')
    .action((file: string, options: SecretOption) => withHost(globals(), async (host, terminal) => {
      const report = await host.backUp(file, await readNewSecret(options, 'Passphrase for the backup'))
      terminal.result(report, `${report.path} holds this profile as it is now (${report.bytes} bytes), checked by reading it back.`)
    }))
  program.command('restore <file>').description('a profile from a backup, into an empty --home')
    .option('--secret-file <file>', 'where the backup\'s passphrase stands')
    .action(async (file: string, options: SecretOption) => {
      const terminal = createTerminal(globals().json === true)
      const backupPassphrase = await readSecret({ secretFile: options.secretFile }, 'Passphrase of the backup: ')
      const { home, backedUpAt, forgotten } = await restoreBackup({
        ...secretAccess(globals()), home: resolveHome(globals()), path: file, backupPassphrase, now: () => new Date(),
      })
      for (const purpose of forgotten) terminal.note(`“${purpose}” was about to be sent when the backup was made, and may have been; it is not sent by itself.`)
      terminal.note('Do not go on with the old profile: two of one wallet would pay and answer past each other.')
      terminal.result({ home, backedUpAt, forgotten }, `${home} is the profile of ${backedUpAt}.`)
    })
}
