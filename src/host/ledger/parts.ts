/** Rows from one place where a table of a source ends to another. */
export interface Part {
  readonly from: number
  readonly to: number
}

/**
 * Answers may end where a sold table ends, so that what two tables tell is told of each part between two such places. Only such as hold no
 * two others that are long enough: a part that does tells nothing that those do not. `fewest`: places nearer to one another are not both
 * answered to, by the class rule.
 */
export const listParts = (lengths: readonly number[], fewest: number): Part[] => {
  const ends = [...new Set([0, ...lengths])].sort((a, b) => a - b)
  return ends.flatMap((to) => ends.filter((from) => to - from >= Math.max(1, fewest)
    && !ends.some((between) => between - from >= fewest && to - between >= fewest))
    .map((from): Part => ({ from, to })))
}
