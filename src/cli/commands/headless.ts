import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { fileURLToPath } from 'node:url'
import manifest from '../../../package.json' with { type: 'json' }
import type { Headless } from '../../headless/index.ts'
import { findElectronBinary } from '../../host/doctor/electron-binary.ts'
import { toErrorDocument } from '../../shared/errors.ts'
import { parsePort } from '../arguments.ts'
import { awaitQuit } from '../await-quit.ts'
import { createOperations } from '../operations.ts'
import { createInterrupt, readConfiguration, resolveHome, withHost, type GlobalOptions } from '../run.ts'
import { createTerminal, type Terminal } from '../terminal.ts'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }

/** Asks the system to show an address; where it cannot, the address stands on the terminal. */
const openBrowser = (url: string, terminal: Terminal): void => {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
  child.once('error', () => { terminal.note('No browser could be opened here: open the address yourself.') })
  child.unref()
}

interface HeadlessCommandOptions {
  readonly host?: string
  readonly port?: number
  /** false where --no-open stands; commander says true by itself. */
  readonly open: boolean
}

/** `file`: a receipt or an answer's file to show; null shows the window where it was left. */
const runHeadless = async (globals: GlobalOptions, options: HeadlessCommandOptions, file: string | null = null): Promise<void> => {
  const interrupt = createInterrupt()
  const configuration = readConfiguration(globals)
  const open = options.open && configuration.headless.open
  const { host: listenHost, port, metricsPort } = { ...configuration.headless, ...options }
  const operations = createOperations(configuration, createTerminal(globals.json === true))
  const { startHeadless } = await import('../../headless/index.ts')
  /** Serves the window until it shall end (null), or shall begin anew over the profile that was restored. */
  const serve = (after: Headless | null): Promise<Headless | null> => withHost(globals, async (host, terminal) => {
    const restart = Promise.withResolvers<undefined>()
    const headless = await startHeadless({
      host, version: manifest.version, listenHost, port, onBug: operations.error, onRestart: () => { restart.resolve(undefined) },
      ...(after === null ? {} : { after }),
    })
    try {
      const metrics = await operations.startMetrics(host, metricsPort)
      headless.resumed.catch((error: unknown) => { operations.note(`What ran before could not go on: ${toErrorDocument(error).message}`) })
      if (after === null) {
        const address = file === null ? headless.address() : headless.addressOfFile(file)
        terminal.result(
          { url: address, port: headless.port, addressFile: headless.addressFile, metrics: metrics?.url ?? null },
          `The window is open for one browser at\n\n  ${address}\n\nFor another, take the address from ${headless.addressFile}. Ctrl-C ends it.`,
        )
        if (open) openBrowser(address, terminal)
      }
      const quitting = awaitQuit({
        interrupt, again: () => createInterrupt().interrupted, isTerminal: process.stdin.isTTY,
        findWarning: headless.findQuitWarning, note: operations.note,
      })
      const ended = await Promise.race([quitting.then(() => true), restart.promise.then(() => false)])
      operations.note(ended ? 'Stopping: finishing what is under way.' : 'A backup was restored: beginning anew over it.')
      return ended ? null : headless
    } finally {
      await headless.close()
      await operations.close()
    }
  }, operations.observer)
  for (let before = await serve(null); before !== null;) before = await serve(before)
}

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))

/** Runs the window in Electron until it is closed. */
const runElectron = (binary: string, globals: GlobalOptions, file: string | null): Promise<number> => new Promise((resolve, reject) => {
  const child = spawn(binary, [projectRoot, ...(file === null ? [] : [file])], { stdio: 'inherit', env: { ...process.env, HESYSTEM_HOME: resolveHome(globals) } })
  child.once('error', reject)
  child.once('exit', (code) => { resolve(code ?? 1) })
})

/** The window, in Electron where its binary is, otherwise in a browser tab, until it is closed. */
export const openWindow = async (globals: GlobalOptions, options: HeadlessCommandOptions, file: string | null = null): Promise<void> => {
  const binary = findElectronBinary()
  if (binary !== null) {
    process.exitCode = await runElectron(binary, globals, file)
    return
  }
  createTerminal(globals.json === true).note('Electron\'s binary is not installed here (`npx install-electron` fetches it): the window opens in a browser tab.')
  await runHeadless(globals, options, file)
}

export const addHeadlessCommands = (program: Command, globals: () => GlobalOptions): void => {
  const withOptions = (command: Command): Command => command
    .option('--host <address>', 'the loopback address to listen on (by default 127.0.0.1)')
    .option('--port <n>', 'port; 0 takes a free one (by default 7374)', parsePort)
    .option('--no-open', 'open no browser, only say the address')

  withOptions(program.command('headless').description('the window in a browser tab of this computer; runs until interrupted'))
    .action((options: HeadlessCommandOptions) => runHeadless(globals(), options))

  withOptions(program.command('start').description('the window: in Electron where its binary is installed, otherwise in a browser tab'))
    .action((options: HeadlessCommandOptions) => openWindow(globals(), options))
}
