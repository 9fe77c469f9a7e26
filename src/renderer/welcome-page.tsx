import { useEffect, useState } from 'react'
import type { ProcedureOutput } from '../shared/window-contract.ts'

const commands: readonly { readonly line: string, readonly does: string }[] = [
  { line: 'npm run demo', does: 'a whole trade on real data, between two parties, on a local chain' },
  { line: 'npm run -s hesystem -- --help', does: 'every command there is' },
  { line: 'npm run -s hesystem -- doctor', does: 'what works on this computer, and what to do about the rest' },
]

interface Properties {
  readonly about: Promise<ProcedureOutput<'about'>>
}

/** What HEsystem is, and where its work is done while the window has only this page. */
export const WelcomePage = ({ about }: Properties) => {
  const [version, setVersion] = useState('')

  useEffect(() => {
    about.then(
      (told) => {
        setVersion(`Version ${told.version}`)
      },
      (error: unknown) => {
        setVersion(`The version could not be read: ${error instanceof Error ? error.message : String(error)}`)
      },
    )
  }, [about])

  return (
    <main>
      <h1>HEsystem</h1>
      <p>
        A market for answers. A seller keeps a table that may not leave the house; a buyer computes on its encrypted form and pays
        for one decrypted answer, with the money held by a contract in between.
      </p>
      <p>Buying and selling are not in this window yet. They work today from a terminal, in the project&rsquo;s folder:</p>
      <dl>
        {commands.map(({ line, does }) => (
          <div key={line}>
            <dt><code>{line}</code></dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <footer role="status">{version}</footer>
    </main>
  )
}
