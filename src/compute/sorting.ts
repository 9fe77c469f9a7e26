/** Two positions of a list: whether what stands at the first is at least what stands at the second is what is asked. */
export type Pair = readonly [number, number]

/** An algorithm that asks for comparisons, a round at a time, and is resumed with what they gave. */
export type Asking<T> = Generator<readonly Pair[], T, readonly boolean[]>

/** Runs several side by side, all their questions of a round in one. */
export function* together<T>(parts: readonly Asking<T>[]): Asking<T[]> {
  const steps = parts.map((part) => part.next())
  for (;;) {
    const pairs = steps.flatMap((step) => (step.done === true ? [] : step.value))
    if (pairs.length === 0) return steps.map((step) => step.value as T)
    const answers = yield pairs
    let start = 0
    steps.forEach((step, index) => {
      if (step.done === true) return
      const end = start + step.value.length
      steps[index] = (parts[index] as Asking<T>).next(answers.slice(start, end))
      start = end
    })
  }
}

/** A knock-out of n players in n − 1 comparisons and ⌈log₂ n⌉ rounds; `beats` says what to ask for the left of two to win. */
export function* playTournament(players: readonly number[], beats: (pair: Pair) => Pair): Asking<number> {
  let left = players
  while (left.length > 1) {
    const pairs = Array.from({ length: left.length >> 1 }, (_, game): Pair => [left[2 * game] as number, left[2 * game + 1] as number])
    const wins = yield pairs.map(beats)
    const winners = pairs.map(([first, second], game) => (wins[game] === true ? first : second))
    left = left.length % 2 === 0 ? winners : [...winners, left.at(-1) as number]
  }
  return left[0] as number
}

/** What to ask about two positions so that equals keep their order: always the later one against the earlier one. */
const inOrder = (a: number, b: number): Pair => (a > b ? [a, b] : [b, a])

/** Whether a comes before b, from the answer to `inOrder(a, b)`. */
const precedes = (a: number, b: number, isAtLeast: boolean): boolean => (a < b) === isAtLeast

function* merge(left: readonly number[], right: readonly number[]): Asking<number[]> {
  const merged: number[] = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) {
    const [a, b] = [left[l] as number, right[r] as number]
    const [isAtLeast] = yield [inOrder(a, b)]
    if (precedes(a, b, isAtLeast === true)) l = merged.push(a) - r
    else r = merged.push(b) - l
  }
  return [...merged, ...left.slice(l), ...right.slice(r)]
}

/** Stable, in at most `mostMergeComparisons` comparisons; halves are sorted side by side. */
export function* mergeSort(positions: readonly number[]): Asking<number[]> {
  if (positions.length < 2) return [...positions]
  const middle = positions.length >> 1
  const [left, right] = yield* together([mergeSort(positions.slice(0, middle)), mergeSort(positions.slice(middle))])
  return yield* merge(left as number[], right as number[])
}

/** n⌈log₂ n⌉ − 2^⌈log₂ n⌉ + 1 [Knu98, section 5.2.4]. */
export const mostMergeComparisons = (count: number): number => {
  if (count < 2) return 0
  const levels = Math.ceil(Math.log2(count))
  return count * levels - 2 ** levels + 1
}

/** The middle one of the first, the middle and the last: a pivot that sorted lists do not spoil. */
function* choosePivot(positions: readonly number[]): Asking<number> {
  if (positions.length < 8) return positions[positions.length >> 1] as number
  const sample = [positions[0], positions[positions.length >> 1], positions.at(-1)] as number[]
  return (yield* mergeSort(sample))[1] as number
}

/** The positions of given ranks (rising, from 0) by quickselect [Hoa61]: about 3n comparisons, a few rounds. */
export function* selectRanks(positions: readonly number[], ranks: readonly number[]): Asking<number[]> {
  if (ranks.length === 0) return []
  if (positions.length === 1) return ranks.map(() => positions[0] as number)
  const pivot = yield* choosePivot(positions)
  const others = positions.filter((position) => position !== pivot)
  const answers = yield others.map((position) => inOrder(position, pivot))
  const before = others.filter((position, index) => precedes(position, pivot, answers[index] === true))
  const after = others.filter((position, index) => !precedes(position, pivot, answers[index] === true))
  const parts = yield* together([
    selectRanks(before, ranks.filter((rank) => rank < before.length)),
    selectRanks(after, ranks.filter((rank) => rank > before.length).map((rank) => rank - before.length - 1)),
  ])
  const [low, high] = parts as [number[], number[]]
  return [...low, ...ranks.filter((rank) => rank === before.length).map(() => pivot), ...high]
}
