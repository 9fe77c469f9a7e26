import { describe, expect, it, onTestFinished } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import type { LedgerSubject } from '../../../src/host/ledger/ledger.ts'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes, type PublicRouteDependencies } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import { openProfile } from './ledger-profile.ts'

const host = 'seller.example'
const rows = 24
const weights = Array.from({ length: rows }, (_, row) => 1 + row * 1e-9)

/** Two tables of one form, small numbers and large ones, in a ledger that notes each look at a row; nothing else of a table is there. */
const openTwins = async () => {
  const looks: string[] = []
  const profile = openProfile()
  const names = ['small', 'large'] as const
  for (const [at, name] of names.entries()) {
    const table = Array.from({ length: rows }, (_, row) => [at * 900 + row * 3 + 1, at * 700 + (row * row) % 97])
    profile.importTable(name, new Proxy(table, {
      get: (target, key): unknown => {
        looks.push(`${name} ${String(key)}`)
        return Reflect.get(target, key)
      },
    }))
    profile.ledger.register(name)
  }
  const subjects = new Map<string, LedgerSubject>(names.map((name) => [name, profile.subjectOf(name, { totalCells: 5 })]))
  const subjectOf = (name: string): LedgerSubject => subjects.get(name) ?? profile.subjectOf(name)
  // What was answered before is the same of both.
  for (const name of names) profile.debit(profile.programOf(subjectOf(name), (data) => data.slice([0, 12]).sum(0)), subjectOf(name))
  const nothing = new Proxy({}, { get: (_, key): never => { throw new Error(`a refusal looked at ${String(key)}`) } })
  const dependencies: Partial<PublicRouteDependencies> = {
    listings: { find: (id: string) => ({ number: 1n, ...subjectOf(id) }) } as unknown as PublicRouteDependencies['listings'],
    ledger: profile.ledger, datasets: nothing as PublicRouteDependencies['datasets'], engine: () => Promise.reject(new Error('a refusal computed')),
  }
  const app = await createServer({
    routes: createPublicRoutes(dependencies as PublicRouteDependencies), sessions: createSessions(31_337, () => new Date()),
    allowedHosts: () => new Set([host]), scheme: 'https', onBug: (error) => { throw error },
  })
  onTestFinished(() => app.close())
  // When a table is listed its rows are looked at, and noted.
  expect(looks).not.toEqual([])
  const check = async (name: string, ask: (data: Tensor) => AnswerValue) => {
    const payload = `{"program":${encodeProgram(profile.programOf(subjectOf(name), ask))}}`
    looks.length = 0
    const { body } = await app.inject({ method: 'POST', url: `/v1/listings/${name}/check`, headers: { host, 'content-type': 'application/json' }, payload })
    return { body, looks: [...looks] }
  }
  return { check }
}

const refused: Readonly<Record<string, readonly [code: string, ask: (data: Tensor) => AnswerValue]>> = {
  'one row': ['policy.min-rows', (data) => data.get(3, 0)],
  'weights that are nearly equal': ['policy.min-rows', (data) => data.col('a').mul(weights).sum()],
  'what was answered, without one row': ['policy.min-rows', (data) => data.slice([0, 11]).sum(0)],
  'more bits than an answer may have': ['policy.answer-bits', (data) => data.col('a').mul([...new Array<number>(12).fill(1), ...new Array<number>(12).fill(1e60)]).sum()],
  'more than is left': ['policy.budget-spent', (data) => [1, 2, 3, 4].map((times) => data.col('a').sum().add(times))],
}

describe('a refusal (S2)', () => {
  it.each(Object.entries(refused))('of %s says the same bytes of two tables that differ in their cells, and looks at neither', async (_, [code, ask]) => {
    const { check } = await openTwins()
    const [small, large] = [await check('small', ask), await check('large', ask)]
    expect(JSON.parse(small.body)).toMatchObject({ allowed: false, code })
    expect(large.body).toBe(small.body)
    expect([small.looks, large.looks]).toEqual([[], []])
  })

  it('comes of the question alone: what was answered before is permitted', async () => {
    const { check } = await openTwins()
    expect(JSON.parse((await check('small', (data) => data.slice([0, 12]).sum(0))).body)).toEqual({ allowed: true })
  })
})
