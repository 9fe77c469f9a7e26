/**
 * Run by keychain.test.ts inside a session of its own with a real Secret Service: opens the profile in the folder given,
 * and prints what happened as one line of JSON.
 */
import { isAppError } from '../../../../src/shared/errors.ts'
import { openKeychainStore } from '../../../../src/host/secrets/keychain-store.ts'
import { openProfile } from '../../../../src/host/secrets/open-profile.ts'
import { createWalletService } from '../../../../src/host/wallet/wallet-service.ts'

const roundTrip = async (home: string, keychainPatienceMilliseconds: number) => {
  const first = await openProfile({ home, secretStore: 'keychain', keychainPatienceMilliseconds })
  const created = createWalletService(first).create()
  first.close()
  const second = await openProfile({ home })
  const signer = await createWalletService(second).unlock()
  const dataKey = await second.secretStore.find('data-key')
  second.close()
  const stranger = await openKeychainStore('another-profile')
  const seenByStranger = await stranger.find('data-key')
  await second.secretStore.remove('data-key')
  const afterRemoval = await second.secretStore.find('data-key')
  const reopened = await openProfile({ home }).then(() => 'opened', (error: unknown) => (isAppError(error) ? error.code : String(error)))
  return {
    kind: second.secretStore.kind,
    sameAddress: signer.address === created.address,
    dataKeyBytes: dataKey?.length ?? 0,
    seenByStranger: seenByStranger !== null,
    goneAfterRemoval: afterRemoval === null,
    reopened,
  }
}

const [home = '', patience = '20000'] = process.argv.slice(2)
const outcome = await roundTrip(home, Number(patience))
  .catch((error: unknown) => ({ failure: isAppError(error) ? error.code : String(error) }))
process.stdout.write(`${JSON.stringify(outcome)}\n`)
