import { describeWithheld, type SecondMoments } from '../host/index.ts'

/** What is offered, and of the rest, why not. */
export const describeMoments = ({ rule, verdicts }: SecondMoments): string[] => {
  const offered = verdicts.filter(({ withheld }) => withheld === null)
  return [
    `Second moments offered: ${offered.length} of ${verdicts.length}${offered.length === 0 ? '' : ` (${offered.map(({ name }) => name).join(', ')})`}.`,
    ...verdicts.flatMap(({ name, withheld }) => (withheld === null ? [] : [`  not ${name}: ${describeWithheld(withheld, rule)}`])),
  ]
}
