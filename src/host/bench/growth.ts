import { availableParallelism } from 'node:os'
import { keyLengths } from '../../crypto/keys.ts'
import type { LinearForm, PaillierKeyPair } from '../../crypto/types.ts'
import { createEngine } from '../../engine/create-engine.ts'
import type { CiphertextSource, Engine } from '../../engine/engine.ts'
import { measure, spreadOf, type Growth } from './figures.ts'
import { createMaterial, materialCells, type Material } from './operations.ts'

const repeats = 3
const rowCounts = [1000, 4000, 16_000, 64_000]
const columnCounts = [4, 16, 64]
const columnRows = 1000
const encryptedCells = 400

/** The material's ciphertexts over and over, as many as are asked for. */
const sourceOf = ({ ciphertexts, key }: Material, count: number): CiphertextSource => {
  const length = key.publicKey.bits / 4
  return {
    count,
    read: (start, cells) => {
      const bytes = new Uint8Array(cells * length)
      for (let i = 0; i < cells; i += 1) {
        const from = ((start + i) % materialCells) * length
        bytes.set(ciphertexts.subarray(from, from + length), i * length)
      }
      return bytes
    },
  }
}

const sums = (columns: number, rows: number): LinearForm[] =>
  Array.from({ length: columns }, (_, column) => ({ runs: [{ start: column * rows, count: rows, weight: 1n }], constant: 0n }))

/** By the clock, the median of a few, after one that is not counted. */
const timeOf = async (action: () => Promise<unknown>): Promise<number> => {
  await action()
  const walls = []
  for (let i = 0; i < repeats; i += 1) {
    walls.push((await measure(async () => {
      await action()
    }, 1)).wall)
  }
  return spreadOf(walls).median
}

const inTurn = async <T>(values: readonly T[], action: (value: T) => Promise<number>): Promise<number[]> => {
  const results = []
  for (const value of values) results.push(await action(value))
  return results
}

const encryptOf = (engine: Engine, key: PaillierKeyPair) => (): Promise<unknown> =>
  engine.encrypt(key, Array.from({ length: encryptedCells }, (_, i) => BigInt(i)))

const measureTables = async (engine: Engine, material: Material): Promise<Growth[]> => {
  const evaluate = (forms: LinearForm[], cells: number) => () => engine.evaluate(material.key.publicKey, sourceOf(material, cells), forms)
  return [
    {
      over: 'rows', what: 'the mean of one column, one worker, 2048 bits', at: rowCounts,
      lines: [{ name: 'mean', milliseconds: await inTurn(rowCounts, (rows) => timeOf(evaluate(sums(1, rows), rows))) }],
    },
    {
      over: 'columns', what: `the means of all columns of ${columnRows} rows, one worker, 2048 bits`, at: columnCounts,
      lines: [{
        name: 'means', milliseconds: await inTurn(columnCounts, (columns) => timeOf(evaluate(sums(columns, columnRows), columns * columnRows))),
      }],
    },
  ]
}

const measureKeys = async (engine: Engine): Promise<Growth> => {
  const keys: Material[] = []
  for (const bits of keyLengths) keys.push(createMaterial(await engine.generateKeyPair(bits)))
  const perCell = (action: (material: Material) => () => Promise<unknown>, cells: number) =>
    inTurn(keys, async (material) => (await timeOf(action(material))) / cells)
  const decrypted = 40
  return {
    over: 'key bits', what: 'milliseconds a cell, one worker', at: [...keyLengths],
    lines: [
      { name: 'encrypt, as the owner', milliseconds: await perCell(({ key }) => encryptOf(engine, key), encryptedCells) },
      {
        name: 'decrypt',
        milliseconds: await perCell(({ key, ciphertexts }) => () =>
          engine.decrypt(key, ciphertexts.subarray(0, decrypted * (key.publicKey.bits / 4))), decrypted),
      },
      {
        name: 'add to a sum',
        milliseconds: await perCell((material) => () =>
          engine.evaluate(material.key.publicKey, sourceOf(material, 4000), sums(1, 4000)), 4000),
      },
    ],
  }
}

const measureWorkers = async ({ backend }: Engine, { key }: Material): Promise<Growth> => {
  const counts = Array.from({ length: Math.max(2, Math.min(8, availableParallelism())) }, (_, i) => i + 1)
  const times = await inTurn(counts, async (workers) => {
    const engine = await createEngine({ workers, backend })
    try {
      return await timeOf(encryptOf(engine, key))
    } finally {
      await engine.close()
    }
  })
  return {
    over: 'workers', what: `${encryptedCells} cells encrypted as the owner, 2048 bits`, at: counts,
    lines: [{ name: 'encrypt', milliseconds: times }],
  }
}

/** How times grow with rows, columns, key length and workers, by the clock. */
export const measureGrowth = async (engine: Engine, onNote: (note: string) => void): Promise<Growth[]> => {
  const material = createMaterial(await engine.generateKeyPair(2048))
  onNote('growth: rows and columns')
  const tables = await measureTables(engine, material)
  onNote('growth: key lengths')
  const keys = await measureKeys(engine)
  onNote('growth: workers')
  return [...tables, keys, await measureWorkers(engine, material)]
}
