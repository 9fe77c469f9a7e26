import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { fileURLToPath } from 'node:url'
import manifest from '../../../package.json' with { type: 'json' }
import { startHeadless } from '../../headless/index.ts'
import { findElectronBinary } from '../../host/doctor/electron-binary.ts'
import { toErrorDocument } from '../../shared/errors.ts'
import { parsePort } from '../arguments.ts'
import { createInterrupt, resolveHome, withHost, type GlobalOptions } from '../run.ts'
import { createTerminal, type Terminal } from '../terminal.ts'

/** Where the window listens unless told otherwise: always the same, so that a bookmark keeps its sense. */
const defaultWindowPort = 7374

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }

/** Asks the system to show an address; where it cannot, the address stands on the terminal. */
const openBrowser = (url: string, terminal: Terminal): void => {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => { terminal.note('No browser could be opened here: open the address yourself.') })
  child.unref()
}

interface HeadlessCommandOptions {
  readonly host: string
  readonly port: number
  readonly open: boolean
}

type Run = (globals: GlobalOptions, options: HeadlessCommandOptions) => Promise<void>

const runHeadless: Run = (globals, options) => withHost(globals, async (host, terminal) => {
  const interrupt = createInterrupt()
  const onBug = (error: unknown): void => { terminal.error(error) }
  const headless = await startHeadless({ host, version: manifest.version, listenHost: options.host, port: options.port, onBug })
  headless.resumed.catch((error: unknown) => { terminal.note(`What ran before could not go on: ${toErrorDocument(error).message}`) })
  terminal.result(
    { url: headless.address(), port: headless.port, addressFile: headless.addressFile },
    `The window is open for one browser at\n\n  ${headless.address()}\n\nFor another, take the address from ${headless.addressFile}. Ctrl-C ends it.`,
  )
  if (options.open) openBrowser(headless.address(), terminal)
  await interrupt.interrupted
  terminal.note('Stopping: finishing what is under way.')
  await headless.close()
})

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))

/** Runs the window in Electron until it is closed. */
const runElectron = (binary: string, globals: GlobalOptions): Promise<number> => new Promise((resolve, reject) => {
  const child = spawn(binary, [projectRoot], { stdio: 'inherit', env: { ...process.env, HESYSTEM_HOME: resolveHome(globals) } })
  child.once('error', reject)
  child.once('exit', (code) => { resolve(code ?? 1) })
})

export const addHeadlessCommands = (program: Command, globals: () => GlobalOptions): void => {
  const withOptions = (command: Command): Command => command
    .option('--host <address>', 'the loopback address to listen on', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes a free one', parsePort, defaultWindowPort)
    .option('--no-open', 'open no browser, only say the address')

  withOptions(program.command('headless').description('the window in a browser tab of this computer; runs until interrupted'))
    .action((options: HeadlessCommandOptions) => runHeadless(globals(), options))

  withOptions(program.command('start').description('the window: in Electron where its binary is installed, otherwise in a browser tab'))
    .action(async (options: HeadlessCommandOptions) => {
      const binary = findElectronBinary()
      if (binary !== null) {
        process.exitCode = await runElectron(binary, globals())
        return
      }
      createTerminal(globals().json === true).note('Electron\'s binary is not installed here (`npx install-electron` fetches it): the window opens in a browser tab.')
      await runHeadless(globals(), options)
    })
}
