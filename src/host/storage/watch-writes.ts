import type { Database, Statement } from 'better-sqlite3'
import type { Failpoint } from '../failpoint.ts'

const writing = /^\s*(INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\b(?:\s+OR\s+\w+)?(?:\s+(?:INTO|FROM|TABLE|INDEX))?(?:\s+IF\s+(?:NOT\s+)?EXISTS)?\s+"?(\w+)/i

/** `insert-purchases` for an INSERT INTO purchases: what a statement does, to which table. */
export const describeWrite = (sql: string): string => {
  const [, verb = 'write', table = 'unknown'] = writing.exec(sql) ?? []
  return `${verb.toLowerCase()}-${table}`
}

/**
 * Puts a failpoint before and after every write of a database: `store.before:…`, then `store.within:…` where a transaction is still
 * open, else `store.after:…`; and `store.committed:…` after a transaction, named by its last write.
 */
export const watchWrites = (database: Database, failpoint: Failpoint): void => {
  const { prepare, transaction } = database
  let last: string | null = null

  const watchRun = (statement: Statement, sql: string): void => {
    const { run } = statement
    statement.run = (...parameters: unknown[]) => {
      const write = describeWrite(sql)
      failpoint(`store.before:${write}`)
      const result = run.apply(statement, parameters)
      last = write
      failpoint(`store.${database.inTransaction ? 'within' : 'after'}:${write}`)
      return result
    }
  }

  const watchCommit = <A extends unknown[], R>(act: (...parameters: A) => R) => (...parameters: A): R => {
    const outermost = !database.inTransaction
    if (outermost) last = null
    const result = act(...parameters)
    if (outermost && last !== null) failpoint(`store.committed:${last}`)
    return result
  }

  const kinds = ['deferred', 'immediate', 'exclusive'] as const
  type Begun<A extends unknown[], R> = Readonly<Record<'default' | typeof kinds[number], (...parameters: A) => R>>

  Object.assign(database, {
    prepare: (sql: string) => {
      const statement = prepare.call(database, sql)
      if (!statement.readonly) watchRun(statement, sql)
      return statement
    },
    transaction: <A extends unknown[], R>(act: (...parameters: A) => R) => {
      const begun = transaction.call(database, act as (...parameters: unknown[]) => unknown) as unknown as Begun<A, R>
      return Object.assign(watchCommit(begun.default), Object.fromEntries(kinds.map((kind) => [kind, watchCommit(begun[kind])])))
    },
  })
}
