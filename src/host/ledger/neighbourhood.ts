import { AppError } from '../../shared/errors.ts'
import type { Judges } from '../judging/judges.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { SharedRows } from './same-rows.ts'
import type { MarkedDataset, SourceStore } from './source-store.ts'

/** A dataset, and the tables that were published of other datasets by now: as long as they are the same, so is what was compared. */
interface Neighbours {
  readonly id: number
  readonly source: number
  readonly others: readonly MarkedDataset[]
}

export interface Neighbourhood {
  /**
   * Compares a dataset's rows with the tables that are sold by now, and then does `act`, in one step with seeing that they are still the
   * same tables. Gives what it gives. Throws `policy.source-rows`.
   */
  whenApart<Outcome>(dataset: string, act: () => Outcome): Promise<Outcome>
}

interface NeighbourhoodDependencies {
  readonly database: ProfileDatabase
  readonly store: SourceStore
  readonly judges: Pick<Judges, 'run'>
  findSource(dataset: string): number
  /** Marks what was listed before rows were marked. */
  markAll(): void
}

/** Marks never change, and a source is never another one. */
const nameNeighbours = ({ id, source, others }: Neighbours): string =>
  JSON.stringify([id, source, others.map((other) => [other.dataset, other.source])])

const refuseShared = (dataset: string, other: MarkedDataset, { columns, rows }: SharedRows): never => {
  const where = other.name === null ? 'a table that was sold here and is removed' : `the table of dataset ${other.name}, which is sold already`
  const message = `Dataset ${dataset} holds ${rows} rows of ${where}, in other places; they are alike in ${columns.join(', ')}.`
  throw new AppError('policy.source-rows', message, { details: { dataset, other: other.name, rows, columns: [...columns] } })
}

/** Which tables hold rows of one another (ADR 0402): compared in threads, as a million rows take seconds. */
export const createNeighbourhood = ({ database, store, judges, findSource, markAll }: NeighbourhoodDependencies): Neighbourhood => {
  const readNeighbours = (dataset: string): Neighbours => database.transaction((): Neighbours => {
    const source = findSource(dataset)
    markAll()
    const id = store.findDatasetId(dataset) ?? 0
    return { id, source, others: store.listMarked().filter((other) => other.isSold && other.dataset !== id) }
  }).immediate()

  const whenApart = async <Outcome>(dataset: string, act: () => Outcome): Promise<Outcome> => {
    const apart = new Set<string>()
    for (;;) {
      const neighbours = readNeighbours(dataset)
      const { id, source } = neighbours
      const left = neighbours.others.find((other) => !apart.has(`${other.dataset}/${other.source}`))
      if (left === undefined) {
        const done = database.transaction(() =>
          (nameNeighbours(readNeighbours(dataset)) === nameNeighbours(neighbours) ? { outcome: act() } : null)).immediate()
        if (done !== null) return done.outcome
        continue
      }
      const shared = await judges.run({ kind: 'rows', known: store.readMarks(left.dataset), asked: store.readMarks(id), samePlaces: left.source === source })
      if (shared !== null) refuseShared(dataset, left, shared)
      apart.add(`${left.dataset}/${left.source}`)
    }
  }

  return { whenApart }
}
