/** The number of letters to change, add or leave out to make one word of the other [Lev66], two swapped neighbours counting one. */
const distanceOf = (a: string, b: string): number => {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (isSame ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] as number) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length] as number
}

const longestWord = 200

/** What a word is without case, accents and ligatures: Größe and GROSSE are one, as ﬁn and fin. */
const fold = (word: string): string => word.toUpperCase().normalize('NFKD').replaceAll(/\p{M}/gu, '')

/** The name that was probably meant, if one is near: case, accents and a third of the letters may differ; of two so near, the closer. */
export const findNearest = (wanted: string, names: readonly string[]): string | null => {
  if (wanted.length > longestWord) return null
  const near = names
    .map((name) => ({ name, distance: distanceOf(fold(wanted), fold(name)) + distanceOf(wanted, name) / 1e6 }))
    .filter(({ distance }) => Math.floor(distance) <= Math.max(1, Math.floor(wanted.length / 3)))
  return near.length === 0 ? null : near.reduce((best, candidate) => (candidate.distance < best.distance ? candidate : best)).name
}
