import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { detectFormat, signatureBytes } from '../../host/datasets/table-format.ts'
import { readUserFileStart } from '../../client/read-user-file.ts'
import { AppError } from '../../shared/errors.ts'
import { isTradeFileName } from '../../shared/trade-files.ts'
import { createTerminal, type Terminal } from '../terminal.ts'
import { isEvidence, reportEvidence } from '../evidence-file.ts'
import { readTradeFile, reportTradeFile } from '../trade-file.ts'
import type { GlobalOptions } from '../run.ts'
import { openWindow } from './headless.ts'

const backupStart = '{"hesystemBackup"'

type Kind = 'table' | 'backup' | 'evidence' | 'trade-file'

/** What each file is, and the command that is for it; what a trade left behind is checked instead. */
const words: Readonly<Record<'table' | 'backup', (path: string) => string>> = {
  table: (path) => `${path} is a table. \`hesystem dataset import ${path} --name NAME\` takes it in, to encrypt it and sell answers.`,
  backup: (path) => `${path} is a backup of a whole profile, under a passphrase. \`hesystem --home FOLDER restore ${path}\` brings it back into an empty folder.`,
}

const isTradeFile = (json: unknown): boolean => z.union([z.object({ trade: z.unknown() }), z.object({ kind: z.literal('hesystem-result') })]).safeParse(json).success

const kindOfJson = (path: string): Kind => {
  const { json } = readTradeFile(path)
  if (isEvidence(json)) return 'evidence'
  if (isTradeFile(json) || isTradeFileName(path)) return 'trade-file'
  throw new AppError('input.invalid', `${path} is JSON, but no file of HEsystem's: no receipt, no answer, no evidence.`, { details: { path } })
}

const kindOf = (path: string): Kind => {
  const start = readUserFileStart(path, Math.max(signatureBytes, backupStart.length))
  const text = Buffer.from(start).toString('latin1')
  if (text.startsWith('%PDF')) return kindOfJson(path)
  if (text.startsWith(backupStart)) return 'backup'
  if (isTradeFileName(path) || /^\s*\{/.test(text)) return kindOfJson(path)
  const isText = detectFormat(start) === 'csv'
  if (isText && !['.csv', '.tsv', '.tab', '.txt'].includes(extname(path).toLowerCase())) {
    throw new AppError('input.invalid', `${path} is no file of HEsystem's, and its name is not that of a table.`, { details: { path } })
  }
  return 'table'
}

const report = async (path: string, rpc: string | null, terminal: Terminal): Promise<void> => {
  const kind = kindOf(path)
  if (kind === 'trade-file') await reportTradeFile(readTradeFile(path), rpc, terminal)
  else if (kind === 'evidence') await reportEvidence(readTradeFile(path).json, rpc, terminal)
  else terminal.result({ kind, path }, words[kind](path))
}

export const addOpenCommand = (program: Command, globals: () => GlobalOptions): void => {
  program.command('open <file>')
    .description('say what a file is, and check it where it is a receipt, an answer (.hereceipt, .heresult, a receipt\'s PDF) or evidence; needs no network and no profile')
    .option('--rpc <url>', 'hold it against the chain too, as this node tells it')
    .option('--window', 'show a receipt or an answer in the window')
    .action(async (path: string, { rpc, window }: { rpc?: string; window?: true }) => {
      const terminal = createTerminal(globals().json === true)
      if (window !== true) return report(path, rpc ?? null, terminal)
      if (kindOf(path) !== 'trade-file') throw new AppError('input.invalid', `${path} is neither a receipt nor an answer's file: the window opens those.`, { details: { path } })
      return openWindow(globals(), { open: true }, resolve(path))
    })
}
