import { isAppError, type AppError } from '../../../src/shared/errors.ts'

/** What a call was refused with; that it was not refused, or by something uncoded, is a failure. */
export const refusalOf = async (act: () => Promise<unknown>): Promise<AppError> => {
  try {
    await act()
  } catch (error) {
    if (isAppError(error)) return error
    throw error
  }
  throw new Error('it was not refused')
}
