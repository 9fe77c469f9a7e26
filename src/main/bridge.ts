import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { AppError, toErrorDocument } from '../shared/errors.ts'
import { parseAs } from '../shared/parse.ts'
import {
  isProcedureName, parseInput, parseOutput, windowCallSchema, windowChannel,
  type ProcedureInput, type ProcedureName, type ProcedureOutput, type WindowReply,
} from '../shared/window-contract.ts'
import { isAppUrl } from './guards.ts'

export type WindowHandlers = {
  readonly [Name in ProcedureName]: (input: ProcedureInput<Name>) => Promise<ProcedureOutput<Name>>
}

/** Only the top page of our own origin may call; a frame inside it, or a page that is not ours, may not (S26). */
const assertOwnPage = ({ sender, senderFrame }: IpcMainInvokeEvent): void => {
  if (senderFrame === null || senderFrame !== sender.mainFrame || !isAppUrl(senderFrame.url)) {
    throw new AppError('access.forbidden', 'A page that is not HEsystem\'s own called its bridge.')
  }
}

const call = async <Name extends ProcedureName>(handlers: WindowHandlers, name: Name, input: unknown): Promise<unknown> =>
  parseOutput(name, await handlers[name](parseInput(name, input)))

/** Answers the window's calls with `handlers`: sender, name and shapes checked, errors sent back as documents with their code. */
export const serveBridge = (ipc: Pick<IpcMain, 'handle'>, handlers: WindowHandlers): void => {
  ipc.handle(windowChannel, async (event, message: unknown): Promise<WindowReply> => {
    try {
      assertOwnPage(event)
      const { name, input } = parseAs(windowCallSchema, message, 'the window\'s call')
      if (!isProcedureName(name)) throw new AppError('input.invalid', 'The window asked for something that is not in its contract.')
      return { ok: true, value: await call(handlers, name, input) }
    } catch (error) {
      return { ok: false, error: toErrorDocument(error) }
    }
  })
}
