import { createForgottenAnswers, type ForgottenAnswersDependencies } from './forgotten-answers.ts'
import { createForgottenHelp, type ForgottenHelpDependencies } from './forgotten-help.ts'

/** What a profile that was put back may have forgotten, for one time of serving. Both throw `policy.ledger-behind`. */
export interface Forgotten {
  /** Before each answer. */
  assertAnswersKnown(dataset: string): Promise<void>
  /** Before each help of a purchase; what was answered is asked of the chain at its first alone. */
  assertHelpKnown(dataset: string, purchase: bigint): Promise<void>
}

export const createForgotten = (dependencies: ForgottenAnswersDependencies & ForgottenHelpDependencies): Forgotten => {
  const assertAnswersKnown = createForgottenAnswers(dependencies)
  const assertHelpGiven = createForgottenHelp(dependencies)
  const helped = new Set<bigint>()
  return {
    assertAnswersKnown,
    assertHelpKnown: async (dataset, purchase) => {
      await assertHelpGiven(dataset)
      if (helped.has(purchase)) return
      await assertAnswersKnown(dataset)
      helped.add(purchase)
    },
  }
}
