import { createDataset, type Dataset } from '../../compute/dataset.ts'
import type { AnswerValue } from '../../compute/answer.ts'
import { deriveProgram } from '../../compute/program.ts'
import type { KeyBits } from '../../crypto/types.ts'
import { assertProgramFits } from '../../policy/private.ts'
import { isAppError } from '../../shared/errors.ts'
import type { Column, Policy } from '../../shared/schemas/details.ts'
import type { WindowOutputs } from '../../shared/window-contract/index.ts'

type Questions = WindowOutputs['listings']['examples']['questions']

interface Example {
  readonly script: string
  readonly words: string
  readonly answer: (dataset: Dataset) => AnswerValue
}

/** Questions as buyers put them, from harmless to greedy, over the table's own first column. */
const listExamples = (column: string, rows: number): readonly Example[] => {
  const quoted = `data.col('${column}')`
  const half = Math.floor(rows / 2)
  return [
    { script: `${quoted}.mean()`, words: 'the mean of one column', answer: ({ data }) => data.col(column).mean() },
    { script: 'data.mean(0)', words: 'the mean of every column', answer: ({ data }) => data.mean(0) },
    { script: `${quoted}.rows(0, ${half}).mean()`, words: 'the mean over the first half of the rows', answer: ({ data }) => data.col(column).rows(0, half).mean() },
    { script: `${quoted}.rows(0, 5).sum()`, words: 'a sum over five rows', answer: ({ data }) => data.col(column).rows(0, Math.min(5, rows)).sum() },
    { script: 'data.mean(1)', words: 'a mean for every row', answer: ({ data }) => data.mean(1) },
    { script: `${quoted}.get(0)`, words: 'the value of one row', answer: ({ data }) => data.col(column).get(0) },
  ]
}

/** What limits mean for a table of these columns: each example judged by the policy itself, before anything was answered. */
export const judgeExamples = (columns: readonly Column[], rows: number, keyBits: KeyBits, policy: Policy): Questions => {
  const dataset = createDataset({ rows, columns: [...columns], keyBits, datasetRoot: `0x${'00'.repeat(32)}` })
  return listExamples(columns[0]?.name ?? '', rows).map(({ script, words, answer }) => {
    try {
      assertProgramFits(deriveProgram(answer(dataset), dataset), policy, dataset)
      return { script, words, allowed: true, reason: null }
    } catch (error) {
      if (!isAppError(error) || !error.code.startsWith('policy.')) throw error
      return { script, words, allowed: false, reason: error.message }
    }
  })
}
