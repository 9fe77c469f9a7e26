import type { Command } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import { redactText } from '../../host/operations/redact.ts'
import type { WalletService, WalletSummary } from '../../host/wallet/wallet-service.ts'
import { askSecret } from '../../client/ask.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { withHost, type GlobalOptions } from '../run.ts'

interface ImportOptions {
  readonly mnemonic?: boolean
  readonly privateKey?: boolean
  readonly secretFile?: string | undefined
  readonly userInfo?: string
  readonly keystore?: string
}

/** A secret comes from a file or from the keyboard, never from an argument, where every process could read it. */
export const readSecret = async ({ secretFile }: Pick<ImportOptions, 'secretFile'>, question: string): Promise<string> =>
  secretFile === undefined ? askSecret(question) : readUserFile(secretFile).trim()

/** A new one is typed twice, so that a slip does not lock out for good. */
export const readNewSecret = async ({ secretFile }: Pick<ImportOptions, 'secretFile'>, what: string): Promise<string> => {
  if (secretFile !== undefined) return readUserFile(secretFile).trim()
  const typed = await askSecret(`${what}: `)
  const again = await askSecret('The same again: ')
  if (again !== typed) throw new AppError('input.invalid', 'The two differ; nothing was changed.')
  return typed
}

const importWallet = async (wallet: WalletService, options: ImportOptions): Promise<WalletSummary | ReturnType<WalletService['importUserInfo']>> => {
  const ways = [options.mnemonic, options.privateKey, options.userInfo, options.keystore].filter((way) => way !== undefined)
  if (ways.length !== 1) throw new AppError('input.invalid', 'Name exactly one of --mnemonic, --private-key, --user-info FILE, --keystore FILE.')
  if (options.userInfo !== undefined) return wallet.importUserInfo(readUserFile(options.userInfo))
  if (options.keystore !== undefined) return wallet.importKeystore(readUserFile(options.keystore), await readSecret(options, 'Password of the keystore: '))
  return options.mnemonic === true
    ? wallet.importMnemonic(await readSecret(options, 'Recovery phrase: '))
    : wallet.importPrivateKey(await readSecret(options, 'Private key: '))
}

/** What becomes of the endpoint of a 2020 file; it may hold an access key, and is not repeated. */
const describeEndpoint = (imported: Awaited<ReturnType<typeof importWallet>>): readonly string[] => {
  if (!('deadNetwork' in imported)) return []
  const { deadNetwork } = imported
  return [deadNetwork === null
    ? 'The file\'s endpoint is taken by `hesystem network add NAME --rpc URL --chain-id N`.'
    : `The file's endpoint is on ${deadNetwork.name}, which was switched off: another one is needed, for \`hesystem network add\`.`]
}

/** Without what the 2020 file's endpoint may hold of an access key, as logs and lists are kept. */
const withoutKey = (imported: Awaited<ReturnType<typeof importWallet>>): typeof imported =>
  ('endpointUrl' in imported && imported.endpointUrl !== null ? { ...imported, endpointUrl: redactText(imported.endpointUrl) } : imported)

export const addWalletCommands = (program: Command, globals: () => GlobalOptions): void => {
  const wallet = program.command('wallet').description('the wallet of this profile')
  wallet.command('create').description('a new wallet; its recovery phrase is shown once')
    .action(() => withHost(globals(), async (host, terminal) => {
      const created = host.wallet.create()
      terminal.result(created, `Address ${created.address}\nRecovery phrase, shown this once; write it down and keep it safe:\n\n  ${created.mnemonic}\n`)
    }))
  wallet.command('import').description('a wallet that exists elsewhere')
    .option('--mnemonic', 'by its recovery phrase, typed or from --secret-file')
    .option('--private-key', 'by its private key, typed or from --secret-file')
    .option('--user-info <file>', 'from the user_info.txt of the 2020 system')
    .option('--keystore <file>', 'from a Web3 keystore file; its password is typed or from --secret-file')
    .option('--secret-file <file>', 'where the phrase, key or password stands')
    .action((options: ImportOptions) => withHost(globals(), async (host, terminal) => {
      const summary = await importWallet(host.wallet, options)
      terminal.result(withoutKey(summary), [`Wallet ${summary.address} is in this profile.`, ...describeEndpoint(summary)].join('\n'))
    }))
  wallet.command('show').description('address, balance, and what the contract owes')
    .action(() => withHost(globals(), async (host, terminal) => {
      const summary = host.wallet.show()
      const network = host.networks.findActive()
      if (network === null) {
        terminal.result({ ...summary, network: null }, `Address ${summary.address}\nNo network is in use: no balance to show.`)
        return
      }
      const { connection } = await host.chain()
      const balanceWei = await connection.query((provider) => provider.getBalance(summary.address))
      const withdrawableWei = network.contract === null ? 0n : await (await host.trade()).market.readBalance(summary.address)
      terminal.result(
        { ...summary, network: network.name, balanceWei, withdrawableWei },
        `Address       ${summary.address}\nBalance       ${formatEther(balanceWei)} ether on ${network.name}\nWithdrawable  ${formatEther(withdrawableWei)} ether in the contract`,
      )
    }))
  wallet.command('export').description('the recovery phrase, or a keystore file under a password')
    .option('--keystore', 'as a Web3 keystore (JSON)')
    .option('--secret-file <file>', 'where the new keystore\'s password stands')
    .action((options: { keystore?: boolean; secretFile?: string }) => withHost(globals(), async (host, terminal) => {
      if (options.keystore === true) {
        const keystore = await host.wallet.exportKeystore(await readSecret(options, 'Password for the keystore: '))
        terminal.result({ keystore: JSON.parse(keystore) as unknown }, keystore)
      } else {
        const mnemonic = host.wallet.exportMnemonic()
        terminal.result({ mnemonic }, mnemonic)
      }
      host.wallet.markBackedUp()
    }))
  wallet.command('passphrase').description('change the passphrase that keeps this profile\'s secrets')
    .option('--secret-file <file>', 'where the new passphrase stands')
    .action((options: Pick<ImportOptions, 'secretFile'>) => withHost(globals(), async (host, terminal) => {
      await host.changePassphrase(await readNewSecret(options, 'New passphrase'))
      terminal.result({ changed: true }, 'The passphrase is changed. Backups made before keep the one they were made with.')
    }))
  wallet.command('remove <address>').description('forget this wallet; what is on it is lost where no backup exists')
    .action((address: string) => withHost(globals(), async (host, terminal) => {
      host.wallet.remove(address)
      terminal.result({ removed: address }, `Wallet ${address} is no longer in this profile.`)
    }))
  wallet.command('withdraw').description('pay out what the contract owes this wallet')
    .option('--to <address>', 'to another address')
    .action((options: { to?: string }) => withHost(globals(), async (host, terminal) => {
      const { withdraw } = await host.trade()
      const { amountWei, to, transaction } = await withdraw(options.to)
      terminal.result({ amountWei, to, transaction }, `${formatEther(amountWei)} ether paid out to ${to} (transaction ${transaction}).`)
    }))
}
