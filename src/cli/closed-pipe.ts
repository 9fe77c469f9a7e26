import { AppError } from '../shared/errors.ts'

/** What a shell says of a program that SIGPIPE has ended: 128 + 13. */
export const closedPipeCode = 141

type Streams = Pick<NodeJS.Process, 'stdout' | 'stderr'>

interface Ending {
  /** Ends what is under way in its own orderly manner, as TERM does; nothing where it ends by itself. */
  readonly stop: () => void
  readonly setExitCode: (code: number) => void
  readonly report: (error: AppError) => void
}

/**
 * A reader that has seen enough (`| head`) closes its end of the pipe: the command ends without a word, with the code of a program that
 * SIGPIPE ended. What it has begun with money or files it does not leave in the middle. A full disk under its output is told.
 */
export const endWithReader = ({ stdout, stderr }: Streams, { stop, setExitCode, report }: Ending): void => {
  let isOver = false
  const end = (cause: NodeJS.ErrnoException): void => {
    if (isOver) return
    isOver = true
    const isClosed = cause.code === 'EPIPE'
    setExitCode(isClosed ? closedPipeCode : 1)
    if (!isClosed) report(new AppError('input.file-unwritable', `The output cannot be written: ${cause.message}`, { cause }))
    stop()
  }
  for (const stream of [stdout, stderr]) stream.on('error', end)
}
