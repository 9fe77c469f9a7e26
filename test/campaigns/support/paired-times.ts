export const median = (values: readonly number[]): number => {
  const ordered = values.toSorted((a, b) => a - b)
  const middle = ordered.length / 2
  return ((ordered[Math.floor(middle)] ?? Number.NaN) + (ordered[Math.ceil(middle - 1)] ?? Number.NaN)) / 2
}

/**
 * Whether one of two measurements, taken in pairs, tends to be the longer: the median of second less first, and Wilcoxon's signed-rank
 * statistic as a z-score, about normal for some dozens of pairs. Pairs that are equal say nothing; equal differences share their rank.
 */
export const compareInPairs = (
  first: readonly number[], second: readonly number[],
): { readonly difference: number; readonly z: number } => {
  const differences = first.map((value, at) => (second[at] ?? Number.NaN) - value)
  const ordered = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b))
  const ranks = ordered.map((value) => {
    const below = ordered.filter((other) => Math.abs(other) < Math.abs(value)).length
    const alike = ordered.filter((other) => Math.abs(other) === Math.abs(value)).length
    return below + (alike + 1) / 2
  })
  const signed = ranks.reduce((sum, rank, at) => sum + Math.sign(ordered[at] ?? 0) * rank, 0)
  const spread = Math.sqrt(ranks.reduce((sum, rank) => sum + rank ** 2, 0))
  return { difference: median(differences), z: spread === 0 ? 0 : signed / spread }
}
