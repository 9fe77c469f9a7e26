import { CryptoError } from '../crypto/errors.ts'
import { at } from '../crypto/lists.ts'
import { createGroup, groupBits, layOutGroups, packSums, unpackSum, type PackedGroup } from '../crypto/packing.ts'
import type { KeyBits, LinearForm } from '../crypto/types.ts'
import { AppError } from '../shared/errors.ts'
import type { PackedRead, Program } from '../shared/schemas/program.ts'
import { columnRange, type DatasetDescription } from './columns.ts'
import { planPacked } from './packed-plan.ts'
import { findTableColumns } from './products.ts'
import { programToForms } from './program.ts'

/** What a proof of decryption needs beside a plaintext's own bits (crypto/decryption-proof.ts), for up to 2^32 of them. */
const proofBits = 292

/** Most bits a packed plaintext may have: it must be proved like any other number that is decrypted. */
export const packedBits = (keyBits: KeyBits): number => keyBits - proofBits

type PackedTable = Pick<DatasetDescription, 'rows' | 'columns' | 'keyBits' | 'packed'>

/**
 * The columns to pack of a table: those that scripts see as `data`, in order, in as few groups as hold them; a group of one column saves
 * nothing and is left out. Empty where nothing is worth packing.
 */
export const choosePackedColumns = ({ rows, columns, keyBits }: PackedTable): number[][] => {
  const table = findTableColumns(columns)
  return layOutGroups(table.map((column) => columnRange(at(columns, column))), rows, packedBits(keyBits))
    .map((group) => group.columns.map((index) => at(table, index)))
    .filter((group) => group.length > 1)
}

const known = new WeakMap<readonly (readonly number[])[], { readonly table: PackedTable; readonly groups: readonly PackedGroup[] }>()

/**
 * The layout of a table's packed groups, which follows from its columns' declared bounds and its rows alone. Throws
 * `input.details-invalid` where a group names no columns of the table in rising order, shares one with another
 * group, or does not fit the key.
 */
export const packedGroups = (table: PackedTable): readonly PackedGroup[] => {
  const { packed = [], rows, columns, keyBits } = table
  const before = known.get(packed)
  if (before?.table.columns === columns && before.table.rows === rows && before.table.keyBits === keyBits) return before.groups
  const refuse = (why: string): never => { throw new AppError('input.details-invalid', `The packed columns do not hold together: ${why}.`) }
  const all = packed.flat()
  if (all.some((column) => column >= columns.length)) refuse('one is not in the table')
  if (new Set(all).size !== all.length) refuse('one stands in two slots')
  if (packed.some((group) => group.some((column, index) => index > 0 && column <= at(group, index - 1)))) refuse('a group\'s columns do not rise')
  const groups = packed.map((group) => createGroup(group, group.map((column) => columnRange(at(columns, column))), rows))
  if (groups.some((group) => groupBits(group) > packedBits(keyBits))) refuse(`a group needs more than ${packedBits(keyBits)} bits`)
  known.set(packed, { table, groups })
  return groups
}

const readsOf = (program: Program): readonly PackedRead[] => (program.version === 3 ? program.packed : [])

/** One number of the program's: the cells it gives (two where only their scales differ), or none. */
type Slot = readonly number[]

/** What each packed read opens, slot by slot, and the cells that are read from the table's own ciphertexts. */
interface Reading {
  readonly reads: readonly {
    readonly group: PackedGroup
    readonly number: number
    readonly start: number
    readonly count: number
    readonly slots: readonly Slot[]
  }[]
  readonly unpacked: readonly number[]
}

const readingOf = (program: Program, table: PackedTable): Reading => {
  if (program.version !== 3) return { reads: [], unpacked: program.cells.map((_, index) => index) }
  const sums = new Map<string, number[]>()
  program.cells.forEach(({ constant, terms: [term, ...others] }, index) => {
    if (term === undefined || others.length > 0 || constant !== '0' || term[2] !== '1') return
    const key = `${term[0]}/${term[1]}`
    sums.set(key, [...sums.get(key) ?? [], index])
  })
  const groups = packedGroups(table)
  const reads = readsOf(program).map(([number, start, count]) => {
    const group = groups[number]
    if (group === undefined || start + count > group.rows) {
      throw new AppError('input.program-invalid', `The program reads packed rows that the table does not have: ${start} to ${start + count} of group ${number}.`)
    }
    return { group, number, start, count, slots: group.columns.map((column) => sums.get(`${column * group.rows + start}/${count}`) ?? []) }
  })
  const read = new Set(reads.flatMap(({ slots }) => slots.flat()))
  return { reads, unpacked: program.cells.flatMap((_, index) => (read.has(index) ? [] : [index])) }
}

/**
 * Holds a program to what it may open: every slot of every packed sum it reads is a cell of its own answer, so that policy, `condition`,
 * ledger and proof see it as any other. Throws `policy.packed-slot`, naming the first that is not, and `input.program-invalid` for packed
 * rows that are not there.
 */
export const assertPackedReads = (program: Program, table: DatasetDescription): void => {
  for (const { group, start, count, slots } of readingOf(program, table).reads) {
    const slot = slots.findIndex((cells) => cells.length === 0)
    if (slot < 0) continue
    const name = table.columns[at(group.columns, slot)]?.name ?? ''
    throw new AppError('policy.packed-slot', `Reading rows ${start} to ${start + count} packed would open the sum of ${name} too, which is no part of the answer.`, {
      details: { column: name, start, count },
    })
  }
}

/**
 * The same program, reading from packed rows what it can: a packed sum is read only where the answer asks for every number that it opens.
 * Gives the program itself where that is nowhere.
 */
export const choosePackedReads = (program: Program, table: PackedTable): Program => {
  if (program.version === 3 || (table.packed ?? []).length === 0) return program
  const { packed } = planPacked(programToForms(program), packedGroups(table))
  if (packed.length === 0) return program
  const { datasetRoot, rows, columns, cells, answer, comparisons } = program
  const reads = packed.map(({ group, start, count }): PackedRead => [group, start, count])
    .sort(([a, from, length], [b, start, count]) => a - b || from - start || length - count)
  const asked = comparisons === undefined ? {} : { comparisons }
  const steps = program.version === 2 ? program.steps : []
  return { version: 3, datasetRoot, rows, columns, cells, answer, steps, packed: reads, ...asked }
}

/** What the engine evaluates, over the table's columns and the packed groups behind them: packed sums first, then the other cells. */
export const readForms = (program: Program, table: PackedTable): LinearForm[] => {
  const forms = programToForms(program)
  const { reads, unpacked } = readingOf(program, table)
  const { rows, columns } = table
  return [
    ...reads.map(({ number, start, count }): LinearForm =>
      ({ runs: [{ start: (columns.length + number) * rows + start, count, weight: 1n }], constant: 0n })),
    ...unpacked.map((cell) => at(forms, cell)),
  ]
}

/** How many ciphertexts a program's result has. */
export const countReads = (program: Program, table: PackedTable): number => {
  const { reads, unpacked } = readingOf(program, table)
  return reads.length + unpacked.length
}

/**
 * The program's cells from what its ciphertexts decrypt to. Throws CryptoError `value-out-of-range` for a packed plaintext that no rows
 * within the declared bounds add up to.
 */
export const openReads = (program: Program, table: PackedTable, plaintexts: readonly bigint[]): bigint[] => {
  const { reads, unpacked } = readingOf(program, table)
  const cells: bigint[] = program.cells.map(() => 0n)
  reads.forEach(({ group, start, count, slots }, read) => {
    const sums = unpackSum(group, at(plaintexts, read), start, count)
    slots.forEach((slot, index) => {
      for (const cell of slot) cells[cell] = at(sums, index)
    })
  })
  unpacked.forEach((cell, index) => { cells[cell] = at(plaintexts, reads.length + index) })
  return cells
}

/**
 * What the program's ciphertexts must decrypt to for its cells to be these: the inverse of `openReads`, and one to one. Throws CryptoError
 * `value-out-of-range` for cells that the packed rows cannot add up to, or that differ where they are one number.
 */
export const closeReads = (program: Program, table: PackedTable, cells: readonly bigint[]): bigint[] => {
  const { reads, unpacked } = readingOf(program, table)
  const sumOf = (slot: Slot): bigint => {
    const [first, ...others] = slot.map((cell) => at(cells, cell))
    if (first === undefined || others.some((other) => other !== first)) {
      throw new CryptoError('value-out-of-range', 'cells that are one number differ', slot[0] ?? null)
    }
    return first
  }
  return [
    ...reads.map(({ group, start, count, slots }) => packSums(group, slots.map(sumOf), start, count)),
    ...unpacked.map((cell) => at(cells, cell)),
  ]
}

/** Most bits, without sign, that any plaintext of the program may have where its cells may have `answerBits`. */
export const plaintextLimit = (program: Program, table: PackedTable, answerBits: number): number =>
  readingOf(program, table).reads.reduce((most, { group }) => Math.max(most, groupBits(group)), answerBits)
