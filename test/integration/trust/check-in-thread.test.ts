import { randomBytes } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createJudges, judgeHere, judgesHere, type Judges } from '../../../src/host/judging/judges.ts'
import type { JudgeJob } from '../../../src/host/judging/judge-jobs.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { createRowMarker } from '../../../src/host/ledger/row-marks.ts'
import { createVersions } from '../../../src/host/ledger/versions.ts'
import { createPartition } from '../../../src/policy/partition.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'
import type { Ledger } from '../../../src/host/ledger/ledger.ts'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes, type PublicRouteDependencies } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'

const host = 'seller.example'
const root = `0x${'1'.repeat(64)}`
const [rows, width] = [5000, 20]
const details = {
  policy: { mode: 'disclosed', minRows: 10, condition: 2, maxAnswerCells: 256, maxAnswerBits: 192 },
  budgets: { totalCells: 1000, comparisons: 0, products: 0 },
  columns: Array.from({ length: width }, (_, at) => ({ name: `c${at}`, type: 'integer', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' }, lower: 0, upper: 9 })),
  dataset: { root, rows, columns: width, key: { bits: 2048 } },
}
const known = JSON.stringify({ rows, starts: [0], classes: [0] })

/** Weights that differ row by row in every column: more than a megabyte, and refused only when all of it was judged. */
const largeProgram = {
  version: 1, datasetRoot: root, rows, columns: width,
  cells: Array.from({ length: width }, (_, column) => ({
    scale: { numerator: '1', denominator: '1' }, constant: '0', terms: Array.from({ length: rows }, (_row, row) => [column * rows + row, 1, String(row + 1)]),
  })),
  answer: { kind: 'tensor', shape: [width], cells: Array.from({ length: width }, (_, at) => at) },
}

const open = async (judges: Pick<Judges, 'run'>) => {
  const begun = Promise.withResolvers<undefined>()
  const settle = async (job: { readonly kind: 'check'; readonly text: string }, _: unknown, act: (judged: unknown) => boolean): Promise<void> => {
    begun.resolve(undefined)
    act(await judges.run({ ...job, details, known } as unknown as JudgeJob))
  }
  const dependencies: Partial<PublicRouteDependencies> = {
    listings: { find: () => ({ number: 1n, dataset: 'wages', details }) } as unknown as PublicRouteDependencies['listings'],
    ledger: { settle, assertPermitted: () => true, assertCellsPermitted: () => { throw new AppError('policy.program-expected', 'it answers programs') } } as unknown as Ledger,
    health: () => Promise.resolve({ ok: true, chain: 'reachable', watch: 'looking' }),
  }
  const app = await createServer({
    routes: createPublicRoutes(dependencies as PublicRouteDependencies), sessions: createSessions(31_337, () => new Date()),
    allowedHosts: () => new Set([host]), scheme: 'https', onBug: (error) => { throw error },
  })
  onTestFinished(() => app.close())
  const check = (payload: string) => app.inject({ method: 'POST', url: '/v1/listings/wages/check', headers: { host, 'content-type': 'application/json' }, payload })
  return { begun: begun.promise, check, health: () => app.inject({ url: '/healthz', headers: { host } }) }
}

const askBoth = async ({ begun, check, health }: Awaited<ReturnType<typeof open>>) => {
  const order: string[] = []
  const checked = check(JSON.stringify({ program: largeProgram })).then((reply) => {
    order.push('check')
    return reply.json<{ code: string }>().code
  })
  // The program has arrived whole.
  await begun
  await health().then(({ statusCode }) => { order.push(`health ${statusCode}`) })
  return { code: await checked, order }
}

describe('the seller\'s server while a large program is checked', () => {
  it('answers what was asked after it', async () => {
    const judges = createJudges()
    onTestFinished(() => judges.close())
    expect(await askBoth(await open(judges))).toEqual({ code: 'policy.min-rows', order: ['health 200', 'check'] })
  })

  it('would not, judging where it serves: this test can tell', async () => {
    const here: Pick<Judges, 'run'> = { run: <K extends JudgeJob['kind']>(job: JudgeJob & { readonly kind: K }) => Promise.resolve(judgeHere<K>(job)) }
    expect((await askBoth(await open(here))).order).toEqual(['check', 'health 200'])
  })

  it('says what is no request at all, as of any body', async () => {
    const judges = createJudges()
    onTestFinished(() => judges.close())
    const { check } = await open(judges)
    for (const body of ['{"program":', '{"program":{}}', '{}', '[1]']) {
      const reply = await check(body)
      expect([body, reply.statusCode, reply.json<{ code: string }>().code]).toEqual([body, 400, 'input.invalid'])
    }
    expect((await check('{"cells":3}')).json()).toMatchObject({ allowed: false })
  })
})

describe('the seller\'s server while a large version of its table is judged', () => {
  const [length, width] = [60_000, 4]
  const columns = Array.from({ length: width }, (_, at): Column =>
    ({ name: `c${at}`, type: 'integer', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' }, lower: 0, upper: 1e7 }))
  const cell = (row: number, column: number): number => (row * 7919 + column * 104_729) % (10_007 + column)
  /** Every fifth row of the last column was corrected. */
  const tables = [0, 1].map((version) => Array.from({ length }, (_, row) =>
    columns.map((_column, column) => cell(row, column) + (version === 1 && column === width - 1 && row % 5 === 0 ? (row % 97) + 1 : 0))))
  const { mark } = createRowMarker(randomBytes(32))

  const askVersions = async (judges: Pick<Judges, 'run'>) => {
    const { health } = await open(judges)
    /** The tables have been read, and are judged. */
    const begun = Promise.withResolvers<undefined>()
    const own: Pick<Judges, 'run'> = {
      run: (job) => {
        const asked: JudgeJob = job
        if (asked.kind === 'versions' && asked.question.tables.some(({ residues }) => residues !== null && residues.size > 0)) begun.resolve(undefined)
        return judges.run(job)
      },
    }
    const offer = { id: 'first', dataset: 0, name: '0', rows: length, minRows: 10, moments: [], isPublished: true, isPending: false, isJudged: true }
    const versions = createVersions({
      judges: own,
      store: {
        listOffers: () => [offer],
        readMarks: (at) => mark(columns.map(({ name }, column) =>
          ({ name, values: Float64Array.from(tables[at] ?? [], (row) => row[column] ?? 0) }))),
      },
      datasets: {
        readColumns: () => columns,
        readRows: (at, start = 0, count = length) => (tables[Number(at)] ?? []).slice(start, start + count),
      },
    })
    const order: string[] = []
    const judged = versions.assertListable({ dataset: '1', datasetId: 1, minRows: 10 }, 1, () => createPartition(length)).then(() => { order.push('listed') })
    await begun.promise
    await health().then(({ statusCode }) => { order.push(`health ${statusCode}`) })
    await judged
    return order
  }

  it('answers what was asked after it', async () => {
    const judges = createJudges()
    onTestFinished(() => judges.close())
    expect(await askVersions(judges)).toEqual(['health 200', 'listed'])
  })

  it('would not, judging where it serves: this test can tell', async () => {
    expect(await askVersions(judgesHere)).toEqual(['listed', 'health 200'])
  })
})
