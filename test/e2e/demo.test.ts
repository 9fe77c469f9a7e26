import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyReceipt } from '../../src/host/protocol/verify-receipt.ts'
import { casesOf, noteFigure, testLength } from '../campaigns/support/figures.ts'
import { createFolder } from './support/cleanup.ts'
import { launch, waitFor, type Environment, type Running } from './support/command-line.ts'
import { parseErrorDocument } from './support/error-document.ts'

const folder = createFolder('demo-tests')
const faults = new URL('./faults/', import.meta.url)

const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** A table as people have them: decimals, negatives, words, a gap. */
const arbitraryCsv = fc.array(fc.record({
  amount: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.round(value * 1e4) / 1e4),
  count: fc.integer({ min: -1000, max: 1000 }),
  region: fc.constantFrom('north', 'south', 'east'),
}), { minLength: 20, maxLength: 30 }).map((rows) => {
  const lines = rows.map(({ amount, count, region }, row) => `${row === 7 ? '' : amount},${count},${region}`)
  return ['amount,count,region', ...lines].join('\n')
})

const scriptPath = file('totals.ts', `
const amounts = data.col('amount')
export default { mean: amounts.mean(), byColumn: data.mean(0), score: data.cols('amount', 'count').dot([0.25, -3]).sum(), half: amounts.sub(1.5).sum().div(2) }
`)
const csvPath = file('small.csv', ['a', ...Array.from({ length: 12 }, (_, row) => String(row / 8))].join('\n'))
const smallScriptPath = file('mean.ts', 'export default data.col(\'a\').mean()\n')

interface Trial {
  readonly running: Running
  /** Where the demo makes its folders. */
  readonly temporary: string
}

/** Where Node keeps compiled code, which would otherwise go to the temporary folder too. */
const places = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') }

let trials = 0
const startDemo = (environment: Environment = {}, ...args: string[]): Trial => {
  trials += 1
  const temporary = join(folder, `trial-${trials}`)
  mkdirSync(temporary)
  const usual = ['--data', csvPath, '--script', smallScriptPath]
  return { running: launch(['--json', 'demo', '--key-bits', '2048', ...(args.length === 0 ? usual : args)], { ...places, TMPDIR: temporary, ...environment }), temporary }
}

/** Processes that were started, however indirectly, with this temporary folder. */
const findProcesses = (temporary: string): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TMPDIR=${temporary}`)
  } catch {
    // It has ended while we looked.
    return false
  }
})

const expectNothingLeft = async ({ temporary }: Trial): Promise<void> => {
  await expect.poll(() => findProcesses(temporary), { timeout: 10_000 }).toEqual([])
  expect(readdirSync(temporary).filter((name) => name !== 'seller.pid')).toEqual([])
}

const load = (fault: string): Environment => ({ NODE_OPTIONS: `--import=${new URL(fault, faults).href}` })

/** A demo that fails: exit code 1, nothing on stdout, one error document, and nothing left behind. */
const expectFailure = async (trial: Trial): Promise<ReturnType<typeof parseErrorDocument>> => {
  const { exitCode, stdout, stderr } = await trial.running.ended
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  await expectNothingLeft(trial)
  return parseErrorDocument(stderr)
}

// A demo is some thirty processes, one after the other: minutes, where the machine has other things to do.
describe('the demo', { timeout: 600_000 }, () => {
  const tables = fc.sample(arbitraryCsv, testLength()).map((csv, at) => [at + 1, csv] as const)

  it.each(tables)('answers exactly what plain table %i gives, settles, and leaves nothing but the receipts', async (at, csv) => {
    const out = join(folder, `receipts-${at}`)
    const trial = startDemo({}, '--data', file('random.csv', csv), '--script', scriptPath, '--out', out)
    const { exitCode, stdout, stderr } = await trial.running.ended
    expect(exitCode, `${csv}\n${stderr}`).toBe(0)
    noteFigure('demos of a random table, answered exactly')
    const report = JSON.parse(stdout) as Record<string, unknown>
    const rows = csv.split('\n').length - 2
    expect(report, csv).toMatchObject({
      dataset: { rows, columns: 3, keyBits: 2048 }, doubts: expect.arrayContaining(['Rows with missing values left out: 1.']) as unknown, proofVerified: true, state: 'Settled', value: '20000000000000000', guarantee: '10000000000000000',
    })
    expect(report['maxRelativeError'], csv).toBeLessThanOrEqual(1e-9)
    expect(report['maxAbsError']).toEqual(expect.any(Number))
    const lines = csv.split('\n').slice(1).filter((line) => !line.startsWith(',')).map((line) => line.split(','))
    const mean = lines.reduce((sum, [amount]) => sum + Number(amount), 0) / lines.length
    const { answer, expected, balances, receipts, steps, transactions } = report as {
      answer: { mean: number }; expected: { mean: number }; balances: Record<'before' | 'after', Record<'seller' | 'buyer', string>>
      receipts: string[]; steps: { name: string; milliseconds: number }[]; transactions: { name: string; hash: string; gasUsed: string }[]
    }
    expect(answer.mean).toBeCloseTo(mean, 6)
    expect(Object.keys(answer)).toEqual(Object.keys(expected))
    expect(BigInt(balances.after.seller)).toBeGreaterThan(BigInt(balances.before.seller))
    expect(BigInt(balances.after.buyer)).toBeLessThan(BigInt(balances.before.buyer))
    for (const { name, milliseconds } of steps) expect([typeof name, milliseconds >= 0]).toEqual(['string', true])
    for (const { hash, gasUsed } of transactions) expect([/^0x[0-9a-f]{64}$/.test(hash), BigInt(gasUsed) > 0n]).toEqual([true, true])
    expect(receipts).toHaveLength(2)
    for (const path of receipts) expect(verifyReceipt(JSON.parse(readFileSync(path, 'utf8')))).toMatchObject({ ok: true })
    await expectNothingLeft(trial)
  })

  it('says which rows it left out, and answers of the single row that is left', async () => {
    const trial = startDemo({}, '--data', file('one-row.csv', 'a,b\n1.5,2\n,3'), '--script', file('one-row.ts', 'export default { sums: data.sum(0), first: data[0] }\n'))
    const { exitCode, stdout, stderr } = await trial.running.ended
    expect(exitCode, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      dataset: { rows: 1, columns: 2 }, doubts: ['Rows with missing values left out: 1.'], answer: { sums: [1.5, 2], first: [1.5, 2] }, proofVerified: true,
    })
    expect(stderr).toContain('Rows with missing values left out: 1.')
  })

  const endings = [['SIGINT', '— seller encrypts it'], ['SIGTERM', '— buyer rehearses on test data'], ['SIGTERM', '— seller encrypts it'], ['SIGINT', '— buyer rehearses on test data']] as const

  it.each(casesOf(1, endings))('leaves nothing running and no home behind when it is ended by %s at %s', async (signal, step) => {
    const trial = startDemo()
    const { running, temporary } = trial
    await waitFor(running, () => running.stderr().includes(step), step)
    expect(findProcesses(temporary).length).toBeGreaterThan(2)
    const { exitCode } = await running.kill(signal)
    expect([exitCode, parseErrorDocument(running.stderr()).code]).toEqual([1, 'runtime.cancelled'])
    await expectNothingLeft(trial)
    noteFigure('demos ended by a signal')
  })

  const failures: readonly (readonly [where: string, environment: Environment, details: object])[] = [
    ['the seller\'s process is killed before the buyer downloads', { ...load('seller-dies.ts'), DIES_AT: 'compute' }, { party: 'buyer', code: 'runtime.seller-unreachable' }],
    ['one ciphertext is changed on its way', load('corrupt-chunk.ts'), { party: 'buyer', code: 'input.tensor-chunk-invalid' }],
    ['the seller answers something else than was decrypted', load('wrong-answer.ts'), { party: 'buyer', code: 'crypto.proof-invalid' }],
  ]

  it.each(casesOf(1, failures))('fails cleanly where %s', async (_where, environment, details) => {
    expect(await expectFailure(startDemo(environment))).toMatchObject({ code: 'runtime.demo-step-failed', details })
    noteFigure('demos that failed cleanly')
  })
})
