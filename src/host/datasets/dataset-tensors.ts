import { choosePackedColumns } from '../../compute/packed-program.ts'
import { keyPairFromBytes, keyPairToBytes } from '../../crypto/keys.ts'
import type { KeyBits, PaillierKeyPair } from '../../crypto/types.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import { AppError } from '../../shared/errors.ts'
import type { Column, TensorCommitment } from '../../shared/schemas/details.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { ChunkDatabase } from './chunk-database.ts'
import { createChunkStore, type ChunkStore } from './chunk-store.ts'
import type { DatasetStore, StoredDataset, StoredTensorRow, TensorKind } from './dataset-store.ts'
import { encryptTensor, type EncryptionTask } from './encrypt-tensor.ts'
import { computeRoot, computeSchemaHash } from './merkle.ts'
import { createTensorSource } from './tensor-source.ts'
import { ciphertextLengthOf, computeChunkLeaf, computeChunkRows, describeKey, widthOf, type TensorShape } from './tensor-wire.ts'

/** How far a table is encrypted; `root` is null until the last chunk is done. */
export interface EncryptionState {
  readonly keyBits: KeyBits
  readonly keyId: string
  readonly rows: number
  readonly chunks: number
  readonly chunksDone: number
  /** Groups of columns that stand packed beside the columns. */
  readonly packedGroups: number
  readonly root: string | null
}

/** A wholly encrypted table, as it is served and computed on. */
export interface StoredTensor {
  readonly commitment: TensorCommitment
  /** Leaf hashes, chunk by chunk. */
  readonly leaves: string[]
  /** Raw ciphertexts of one chunk, column by column. Throws `input.not-found`, `store.corrupt`, `store.chunks-*`. */
  readChunk(index: number): Promise<Uint8Array>
  source(): CiphertextSource
}

export interface EncryptOptions extends JobOptions {
  /** By default those of an encryption begun before, else 3072. */
  readonly keyBits?: KeyBits
  /** Packs the table's columns besides, in as few groups as hold them; an encryption begun before keeps what it was begun with. */
  readonly packed?: boolean
  /** By the workers on the queue, with the public key alone: they see the plaintexts. */
  readonly byWorkers?: boolean
}

/** The encrypted side of datasets: keys, ciphertexts, commitments. Errors are those DatasetService names. */
export interface DatasetTensors {
  describe(dataset: StoredDataset, kind: TensorKind): EncryptionState | null
  /** Throws `input.dataset-busy` while one of the dataset's tables is being encrypted. */
  assertFree(dataset: StoredDataset): void
  /** `before` is done first, while the dataset is kept from other changes already. */
  encrypt(dataset: StoredDataset, kind: TensorKind, rows: number, options: EncryptOptions, before?: () => Promise<void>): Promise<void>
  read(dataset: StoredDataset, kind: TensorKind): StoredTensor
  readKeyPair(dataset: StoredDataset, kind: TensorKind): PaillierKeyPair
  /** Makes the certificate of the table's key, once. */
  certify(dataset: StoredDataset, kind: TensorKind): Promise<void>
  /** Forgets the chunks in the profile; gives what else is to be forgotten, once the profile has. */
  removeChunks(dataset: StoredDataset): () => Promise<void>
}

export interface DatasetTensorsDependencies {
  readonly database: ProfileDatabase
  readonly store: DatasetStore
  readonly vault: Vault
  readonly engine: () => Promise<Engine>
  /** Shares encryption with workers elsewhere, where there are any. */
  readonly sharedEngine: () => Promise<Engine>
  /** Where encrypted tables go instead of the profile; null: they stay in it. */
  readonly chunkDatabase: ChunkDatabase | null
}

const defaultKeyBits: KeyBits = 3072

const purposeOf = (n: string): string => `dataset-key/${n}`

const shapeOf = (
  { rows, chunkRows, schemaHash, n, keyBits, certificate, packed }: StoredTensorRow, columns: readonly Column[],
): TensorShape => ({
  schemaHash,
  rows,
  columns: columns.length,
  chunkRows,
  chunks: Math.ceil(rows / chunkRows),
  ...(packed === null ? {} : { packed: packed.map((group) => [...group]) }),
  key: describeKey({ n: BigInt(`0x${n}`), bits: keyBits }, certificate),
})

export const createDatasetTensors = (dependencies: DatasetTensorsDependencies): DatasetTensors => {
  const { database, store, vault, engine, sharedEngine, chunkDatabase } = dependencies
  const busy = new Set<string>()

  const chunksOf = ({ id }: StoredDataset, kind: TensorKind): ChunkStore => createChunkStore(database, kind, String(id))

  const assertFree = ({ id, name }: StoredDataset, kinds: readonly TensorKind[]): void => {
    if (kinds.some((kind) => busy.has(`${id}/${kind}`))) {
      throw new AppError('input.dataset-busy', `Dataset ${name} is being encrypted.`, { details: { dataset: name }, retryable: true })
    }
  }

  const requireTensor = ({ id, name }: StoredDataset, kind: TensorKind): StoredTensorRow & { readonly root: string } => {
    const tensor = store.findTensor(id, kind)
    const root = tensor?.root ?? null
    if (tensor === null || root === null) {
      throw new AppError('input.dataset-not-encrypted', `${kind === 'test' ? 'The test data of dataset' : 'Dataset'} ${name} is not encrypted yet.`, { details: { dataset: name, kind } })
    }
    return { ...tensor, root }
  }

  const openKey = ({ n, sealedKey }: StoredTensorRow): PaillierKeyPair => {
    const bytes = vault.open(purposeOf(n), sealedKey)
    const keyPair = keyPairFromBytes(bytes)
    bytes.fill(0)
    return keyPair
  }

  /** Keeps the key, sealed, before anything is encrypted under it: no chunk can outlive its key. */
  const beginTensor = (
    { id, name, columns }: StoredDataset, kind: TensorKind, rows: number, keyPair: PaillierKeyPair, isPacked: boolean,
  ): StoredTensorRow => {
    const n = keyPair.publicKey.n.toString(16)
    const bytes = keyPairToBytes(keyPair)
    const sealedKey = vault.seal(purposeOf(n), bytes)
    bytes.fill(0)
    const groups = isPacked ? choosePackedColumns({ rows, columns, keyBits: keyPair.publicKey.bits }) : []
    if (isPacked && groups.length === 0) {
      throw new AppError('input.packing-none', `No two columns of dataset ${name} fit into one ciphertext, added up over ${rows} rows.`, { details: { dataset: name } })
    }
    const packed = isPacked ? groups : null
    const chunkRows = computeChunkRows(columns.length + groups.length, ciphertextLengthOf({ key: describeKey(keyPair.publicKey) }))
    const { bits: keyBits } = keyPair.publicKey
    const schemaHash = computeSchemaHash(columns, packed ?? undefined)
    const tensor = { rows, chunkRows: Math.min(chunkRows, rows), schemaHash, keyBits, n, sealedKey, packed }
    store.insertTensor(id, kind, tensor)
    // Another process may have begun the same table in the meantime: its key is the one that counts.
    return store.findTensor(id, kind) ?? { ...tensor, root: null, certificate: null }
  }

  /** A chunk counts once its leaf stands in the profile; its bytes are durable by then. */
  const createKeeper = (dataset: StoredDataset, kind: TensorKind, shape: TensorShape): EncryptionTask['keep'] => {
    const outside = kind === 'data' ? chunkDatabase : null
    const chunks = chunksOf(dataset, kind)
    const write = database.transaction((index: number, leaf: string, ciphertexts: Uint8Array): boolean => {
      if (!store.insertLeaf(dataset.id, kind, index, leaf)) return false
      if (outside === null) chunks.write(index, ciphertexts)
      return true
    })
    return async (index, ciphertexts) => {
      const leaf = computeChunkLeaf(shape, index, ciphertexts)
      await outside?.write(leaf, ciphertexts)
      // Another process was first with this chunk: its bytes are the ones that count.
      if (!write(index, leaf, ciphertexts)) await outside?.remove([leaf])
    }
  }

  /** Null where neither the profile nor the database beside it has the chunk. */
  const findChunk = async (dataset: StoredDataset, kind: TensorKind, shape: TensorShape, index: number): Promise<Uint8Array | null> => {
    const kept = chunksOf(dataset, kind).find(index)
    const leaf = kept === null ? store.readLeaves(dataset.id, kind).find(({ chunk }) => chunk === index)?.leaf : undefined
    if (kept !== null || leaf === undefined) return kept
    const details = { dataset: dataset.name, chunk: index }
    if (chunkDatabase === null) throw new AppError('store.chunks-elsewhere', `The ciphertexts of dataset ${dataset.name} are not in the profile.`, { details })
    const found = await chunkDatabase.find(leaf)
    if (found === null || computeChunkLeaf(shape, index, found) !== leaf) {
      throw new AppError('store.corrupt', `Chunk ${index} of dataset ${dataset.name} is ${found === null ? 'not in the database beside the profile' : 'damaged there'}.`, { details })
    }
    return found
  }

  const runEncryption = async (dataset: StoredDataset, kind: TensorKind, rows: number, options: EncryptOptions): Promise<void> => {
    const { keyBits, byWorkers = false, packed = false, ...job } = options
    const { id, name, columns } = dataset
    const found = store.findTensor(id, kind)
    if (found !== null && keyBits !== undefined && found.keyBits !== keyBits) {
      throw new AppError('input.dataset-encrypted', `Encryption of dataset ${name} was begun with a key of ${found.keyBits} bits, not ${keyBits}.`, { details: { dataset: name, keyBits: found.keyBits } })
    }
    if (found !== null && packed && found.packed === null) {
      throw new AppError('input.dataset-encrypted', `Encryption of dataset ${name} was begun without packed columns.`, { details: { dataset: name } })
    }
    if (found !== null && found.root !== null) return
    const arithmetic = await (byWorkers ? sharedEngine() : engine())
    const keyOptions = job.signal === undefined ? {} : { signal: job.signal }
    const createKey = (): Promise<PaillierKeyPair> => arithmetic.generateKeyPair(keyBits ?? defaultKeyBits, keyOptions)
    const tensor = found ?? beginTensor(dataset, kind, rows, await createKey(), packed)
    const shape = shapeOf(tensor, columns)
    const keyPair = openKey(tensor)
    await encryptTensor({
      shape,
      columns,
      key: byWorkers ? keyPair.publicKey : keyPair,
      done: new Set(store.readLeaves(id, kind).map(({ chunk }) => chunk)),
      readRows: (start, count) => store.readCells(id, kind, start, count),
      keep: createKeeper(dataset, kind, shape),
    }, arithmetic, job)
    store.setRoot(id, kind, computeRoot(store.readLeaves(id, kind).map(({ leaf }) => leaf)))
  }

  return {
    describe: ({ id, columns }, kind) => {
      const tensor = store.findTensor(id, kind)
      if (tensor === null) return null
      const { rows, chunks, key } = shapeOf(tensor, columns)
      const chunksDone = store.readLeaves(id, kind).length
      const packedGroups = tensor.packed?.length ?? 0
      return { keyBits: tensor.keyBits, keyId: key.keyId, rows, chunks, chunksDone, packedGroups, root: tensor.root }
    },

    assertFree: (dataset) => { assertFree(dataset, ['data', 'test']) },

    encrypt: async (dataset, kind, rows, options, before) => {
      assertFree(dataset, [kind])
      const lock = `${dataset.id}/${kind}`
      busy.add(lock)
      try {
        await before?.()
        await runEncryption(dataset, kind, rows, options)
      } finally {
        busy.delete(lock)
      }
    },

    read: (dataset, kind) => {
      const tensor = requireTensor(dataset, kind)
      const shape = shapeOf(tensor, dataset.columns)
      const readChunk = async (index: number): Promise<Uint8Array> => {
        const chunk = await findChunk(dataset, kind, shape, index)
        if (chunk === null) {
          throw new AppError('input.not-found', `Dataset ${dataset.name} has chunks 0 to ${shape.chunks - 1}, not ${index}.`, { details: { chunk: index } })
        }
        return chunk
      }
      return {
        commitment: { ...shape, root: tensor.root },
        leaves: store.readLeaves(dataset.id, kind).map(({ leaf }) => leaf),
        readChunk,
        source: () => createTensorSource({ ...shape, columns: widthOf(shape), ciphertextLength: ciphertextLengthOf(shape), readChunk }),
      }
    },

    readKeyPair: (dataset, kind) => openKey(requireTensor(dataset, kind)),

    certify: async (dataset, kind) => {
      const tensor = requireTensor(dataset, kind)
      if (tensor.certificate !== null) return
      const certificate = await (await engine()).createCertificate(openKey(tensor))
      store.setCertificate(dataset.id, kind, certificate.map((root) => root.toString(16)))
    },

    removeChunks: (dataset) => {
      const leaves = store.readLeaves(dataset.id, 'data').map(({ leaf }) => leaf)
      for (const kind of ['data', 'test'] as const) chunksOf(dataset, kind).remove()
      return async () => { await chunkDatabase?.remove(leaves) }
    },
  }
}
