export type Separator = ',' | ';' | '\t' | '|'

const candidates: readonly Separator[] = [',', ';', '\t', '|']
const sampledLines = 50

/** How often each candidate stands outside quotes, for each of the first lines that are not blank. */
const countPerLine = (text: string): Map<Separator, number>[] => {
  const lines: Map<Separator, number>[] = []
  let counts = new Map<Separator, number>()
  let quoted = false
  let blank = true
  for (const character of text) {
    if (character === '"') quoted = !quoted
    if (!quoted && (character === '\n' || character === '\r')) {
      if (!blank) lines.push(counts)
      if (lines.length === sampledLines) return lines
      counts = new Map()
      blank = true
      continue
    }
    blank = false
    const separator = candidates.find((candidate) => candidate === character)
    if (!quoted && separator !== undefined) counts.set(separator, (counts.get(separator) ?? 0) + 1)
  }
  if (!blank) lines.push(counts)
  return lines
}

/**
 * The separator that splits most of the first lines as it splits the first that has it; among equals, the one that splits it into
 * most. A file without any is one column, for which a comma serves.
 */
export const detectSeparator = (text: string): Separator => {
  const lines = countPerLine(text)
  const score = (candidate: Separator): readonly [number, number] => {
    // Titles above the header need not have it.
    const expected = lines.find((line) => line.has(candidate))?.get(candidate) ?? 0
    return expected === 0 ? [-1, 0] : [lines.filter((line) => line.get(candidate) === expected).length, expected]
  }
  const ranked = candidates
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .toSorted((a, b) => b.score[0] - a.score[0] || b.score[1] - a.score[1])
  const [best] = ranked
  return best === undefined || best.score[0] < 0 ? ',' : best.candidate
}
