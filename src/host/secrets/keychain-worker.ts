import type { KeychainAnswer, KeychainQuestion } from './keychain-process.ts'

// The entry of the process that asks the system keychain, and is ended where that does not answer.
const ask = async ({ method, words }: KeychainQuestion): Promise<KeychainAnswer> => {
  try {
    const { default: keytar } = await import('keytar')
    const [service, account, password = ''] = words
    switch (method) {
      case 'getPassword': return { value: await keytar.getPassword(service, account) }
      case 'setPassword': return { value: await keytar.setPassword(service, account, password) ?? null }
      case 'deletePassword': return { value: await keytar.deletePassword(service, account) }
    }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

process.on('message', (question: KeychainQuestion) => {
  void ask(question).then((answer) => process.send?.(answer))
})
// Nobody waits any more. An end in good order would wait for the keychain's thread.
process.once('disconnect', () => { process.kill(process.pid, 'SIGKILL') })
