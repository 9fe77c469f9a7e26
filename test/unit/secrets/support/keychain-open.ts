/** Run by keychain.test.ts inside a session: opens the profile in the folder given, or begins it, and prints its wallet or why not. */
import { isAppError } from '../../../../src/shared/errors.ts'
import { openProfile } from '../../../../src/host/secrets/open-profile.ts'
import { createWalletService } from '../../../../src/host/wallet/wallet-service.ts'

const [home = ''] = process.argv.slice(2)
const open = async () => {
  const profile = await openProfile({ home, secretStore: 'keychain', keychainPatienceMilliseconds: 20_000 })
  const wallet = createWalletService(profile)
  const { address } = wallet.find() ?? wallet.create()
  await wallet.unlock()
  profile.close()
  return { address }
}
const outcome = await open().catch((error: unknown) => ({ failure: isAppError(error) ? error.code : String(error) }))
process.stdout.write(`${JSON.stringify(outcome)}\n`)
