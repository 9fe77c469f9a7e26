import { AppError } from '../shared/errors.ts'
import type { Algebra } from './graph.ts'

/**
 * A list of affine forms, end to end: form i is Σ weights[r]·(sum of the cells starts[r] … starts[r] + counts[r] − 1) over the
 * runs offsets[i] ≤ r < offsets[i + 1], plus constants[i]. Runs of a form rise, do not overlap, are maximal, and weigh ≠ 0.
 */
export interface AffineForms {
  readonly offsets: readonly number[]
  readonly starts: readonly number[]
  readonly counts: readonly number[]
  readonly weights: readonly bigint[]
  readonly constants: readonly bigint[]
}

/** More runs than this are refused: no seller would read such a program, no buyer's memory would hold it. */
export const maxRuns = 1 << 22

/** Collects overlapping, unordered runs for one form at a time and appends their merged, maximal runs to the forms. */
class FormsBuilder {
  readonly #forms = { offsets: [0], starts: [] as number[], counts: [] as number[], weights: [] as bigint[], constants: [] as bigint[] }
  #starts: number[] = []
  #ends: number[] = []
  #weights: bigint[] = []
  #constant = 0n

  /** Adds factor · form `index` of `forms` to the form being collected. */
  addForm(forms: AffineForms, index: number, factor: bigint): void {
    if (factor === 0n) return
    this.#constant += (forms.constants[index] as bigint) * factor
    const end = forms.offsets[index + 1] as number
    for (let run = forms.offsets[index] as number; run < end; run++) {
      const start = forms.starts[run] as number
      this.#starts.push(start)
      this.#ends.push(start + (forms.counts[run] as number))
      this.#weights.push(factor === 1n ? (forms.weights[run] as bigint) : (forms.weights[run] as bigint) * factor)
    }
  }

  addCell(cell: number, weight: bigint): void {
    this.#starts.push(cell)
    this.#ends.push(cell + 1)
    this.#weights.push(weight)
  }

  addConstant(value: bigint): void {
    this.#constant += value
  }

  /** Ends the form being collected and begins the next. */
  endForm(): void {
    const first = this.#forms.starts.length
    if (this.#isRising()) {
      for (let run = 0; run < this.#starts.length; run++) {
        this.#append(first, this.#starts[run] as number, this.#ends[run] as number, this.#weights[run] as bigint)
      }
    } else {
      this.#sweep(first)
    }
    this.#forms.offsets.push(this.#forms.starts.length)
    this.#forms.constants.push(this.#constant)
    this.#starts = []
    this.#ends = []
    this.#weights = []
    this.#constant = 0n
  }

  build(): AffineForms {
    return this.#forms
  }

  #isRising(): boolean {
    for (let run = 1; run < this.#starts.length; run++) if ((this.#starts[run] as number) < (this.#ends[run - 1] as number)) return false
    return true
  }

  /** Walks over all starts and ends in order, carrying the weight in force: O(r log r) for r runs, however they overlap. */
  #sweep(first: number): void {
    const runs = this.#starts.length
    const events = new Float64Array(2 * runs)
    for (let run = 0; run < runs; run++) {
      events[2 * run] = (this.#starts[run] as number) * 2 * runs + 2 * run
      events[2 * run + 1] = (this.#ends[run] as number) * 2 * runs + 2 * run + 1
    }
    events.sort()
    let weight = 0n
    let since = 0
    for (const event of events) {
      const position = Math.floor(event / (2 * runs))
      const which = event % (2 * runs)
      if (position > since) this.#append(first, since, position, weight)
      since = position
      const change = this.#weights[which >> 1] as bigint
      weight += which % 2 === 0 ? change : -change
    }
  }

  #append(first: number, start: number, end: number, weight: bigint): void {
    if (weight === 0n) return
    const { starts, counts, weights } = this.#forms
    const last = starts.length - 1
    if (last >= first && (starts[last] as number) + (counts[last] as number) === start && weights[last] === weight) {
      counts[last] = (counts[last] as number) + end - start
      return
    }
    if (starts.length >= maxRuns) {
      throw new AppError('input.tensor-too-large', `the answer needs more than ${maxRuns} weighted terms`, { details: { limit: maxRuns } })
    }
    starts.push(start)
    counts.push(end - start)
    weights.push(weight)
  }
}

const buildForms = (count: number, addForm: (builder: FormsBuilder, index: number) => void): AffineForms => {
  const builder = new FormsBuilder()
  for (let index = 0; index < count; index++) {
    addForm(builder, index)
    builder.endForm()
  }
  return builder.build()
}

/** For each pair of numbers of forms, the first minus the second. */
export const subtractForms = (forms: AffineForms, pairs: readonly (readonly [number, number])[]): AffineForms =>
  buildForms(pairs.length, (builder, index) => {
    const [left, right] = pairs[index] as readonly [number, number]
    builder.addForm(forms, left, 1n)
    builder.addForm(forms, right, -1n)
  })

/** The graph over affine forms of the dataset's cells: what the program is derived from. */
export const affineAlgebra: Algebra<AffineForms> = {
  input: ({ cells, rows, factors }) =>
    buildForms(cells.length, (builder, index) => {
      const cell = cells[index] as number
      builder.addCell(cell, factors[Math.floor(cell / rows)] as bigint)
    }),
  product: ({ cells }) => buildForms(cells.length, (builder, index) => builder.addCell(cells[index] as number, 1n)),
  constant: (values) => buildForms(values.length, (builder, index) => builder.addConstant(values[index] as bigint)),
  gather: (source, cells) => buildForms(cells.length, (builder, index) => builder.addForm(source, cells[index] as number, 1n)),
  concat: (sources, { factors }) => {
    const builder = new FormsBuilder()
    for (const [which, source] of sources.entries()) {
      for (let index = 0; index < source.constants.length; index++) {
        builder.addForm(source, index, factors[which] as bigint)
        builder.endForm()
      }
    }
    return builder.build()
  },
  add: (left, right, { size, leftFactor, rightFactor }) =>
    buildForms(size, (builder, index) => {
      builder.addForm(left, index, leftFactor)
      builder.addForm(right, index, rightFactor)
    }),
  weigh: (source, weights) => buildForms(weights.length, (builder, index) => builder.addForm(source, index, weights[index] as bigint)),
  sum: (source, group) =>
    buildForms(source.constants.length / group, (builder, index) => {
      for (let cell = index * group; cell < (index + 1) * group; cell++) builder.addForm(source, cell, 1n)
    }),
  dot: (source, { size, inner, outer, weights }) =>
    buildForms(size, (builder, index) => {
      const row = Math.floor(index / outer) * inner
      for (let k = 0; k < inner; k++) builder.addForm(source, row + k, weights[k * outer + (index % outer)] as bigint)
    }),
}
