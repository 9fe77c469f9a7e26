/**
 * npm run campaign:refusals [-- --rounds 300]: whether the time of a refusal tells anything of the data. One seller, in a process of its
 * own, sells two tables that differ in their cells and in nothing else that a program could see; the same refused programs are put to both,
 * in random order, one pair after the other.
 */
import { randomInt } from 'node:crypto'
import { Agent, request } from 'node:http'
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import type { AnswerValue } from '../../src/compute/answer.ts'
import { createDataset } from '../../src/compute/dataset.ts'
import { deriveProgram, encodeProgram } from '../../src/compute/program.ts'
import type { Tensor } from '../../src/compute/tensor.ts'
import type { Host } from '../../src/host/index.ts'
import { describeDataset } from '../../src/host/trade/details-document.ts'
import { openShop, openTradeStage, valueWei } from './support/trade-stage.ts'
import { compareInPairs, median } from './support/paired-times.ts'

const tableRows = 300
const weights = Array.from({ length: tableRows }, (_, row) => 1 + row * 1e-9)

/** Each is refused by another rule, or after another amount of work. */
const questions: Readonly<Record<string, (data: Tensor) => AnswerValue>> = {
  'one row': (data) => data.get(7, 0),
  'all rows but one': (data) => data.col('a').slice([0, tableRows - 1]).sum(),
  'weights that are nearly equal': (data) => data.col('a').mul(weights).sum(),
  'more bits than an answer may have': (data) => data.col('a').mul([...new Array<number>(tableRows - 1).fill(1), 1e60]).sum(),
  'a larger tensor than the condition lets through': (data) => data.col('a'),
}

/** Small numbers or large ones; the first two rows give either the same bounds. */
const tableOf = (least: number): string =>
  ['a,b', '0,0', '1000,1000', ...Array.from({ length: tableRows - 2 }, (_, row) => `${least + (row * 37) % 89},${least + (row * 53) % 97}`)].join('\n')

const stock = async (host: Host, name: string, least: number): Promise<void> => {
  await host.datasets.importTable({ name, text: tableOf(least) })
  host.datasets.createTestData(name, { rows: 8 })
  await host.datasets.encrypt(name, { keyBits: 2048 })
  await host.datasets.encryptTestData(name, { keyBits: 2048 })
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '300' } } })
const rounds = Number(values.rounds)
const startedAt = performance.now()
const stage = await openTradeStage()
const names = ['wages', 'others'] as const
const bodies = new Map<string, Readonly<Record<string, string>>>()
const { url } = await openShop(stage, async (host) => {
  await stock(host, 'wages', 5)
  await stock(host, 'others', 900)
  const { listings } = await host.trade()
  const terms = { valueWei, serverUrl: 'http://127.0.0.1:1', minRows: 4, condition: 2 }
  for (const name of names) await listings.publish((await listings.create({ ...terms, dataset: name, id: name })).id)
  for (const { id, details } of listings.list()) {
    const dataset = createDataset(describeDataset(details))
    bodies.set(id, Object.fromEntries(Object.entries(questions).map(([what, ask]) =>
      [what, `{"program":${encodeProgram(deriveProgram(ask(dataset.data), dataset))}}`])))
  }
})

/** The server counts questions by address, and one computer has many. */
const addresses = Array.from({ length: 250 }, (_, at) => `127.0.0.${at + 2}`)
const agents = addresses.map((localAddress) => new Agent({ keepAlive: true, localAddress, maxSockets: 1 }))

/** Milliseconds until the whole reply is there, and the reply. */
const ask = (listing: string, body: string, agent: Agent | undefined): Promise<readonly [milliseconds: number, reply: string]> =>
  new Promise((resolve, reject) => {
    const { origin } = new URL(url)
    const from = performance.now()
    const sent = request(`${origin}/v1/listings/${listing}/check`, {
      method: 'POST', ...(agent === undefined ? {} : { agent }), headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (part: string) => { text += part })
      reply.once('end', () => { resolve([performance.now() - from, text]) }).once('error', reject)
    })
    sent.once('error', reject).end(body)
  })

const times = new Map(Object.keys(questions).map((what) => [what, names.map((): number[] => [])]))
const replies = new Map<string, Set<string>>()
let asked = 0
for (let round = -2; round < rounds; round += 1) {
  for (const what of Object.keys(questions)) {
    const order = randomInt(2) === 0 ? [0, 1] : [1, 0]
    const agent = agents[asked % agents.length]
    asked += 1
    for (const at of order) {
      const name = names[at] ?? ''
      const [milliseconds, reply] = await ask(name, bodies.get(name)?.[what] ?? '', agent)
      if (!reply.includes('"allowed":false')) throw new Error(`${what} was not refused: ${reply}`)
      replies.set(what, (replies.get(what) ?? new Set()).add(reply))
      // The first rounds warm threads and connections up.
      if (round >= 0) times.get(what)?.[at]?.push(milliseconds)
    }
  }
}
for (const agent of agents) agent.destroy()
await stage.close()

const differing = [...replies].filter(([, found]) => found.size > 1).map(([what]) => what)
const timesOf = (what: string, at: number): readonly number[] => times.get(what)?.[at] ?? []
const [short, , long] = Object.keys(questions)
// What the measurement can see at all: another amount of work on one and the same table.
const control = compareInPairs(timesOf(short ?? '', 0), timesOf(long ?? '', 0))
const compared = Object.keys(questions).map((what) => ({ what, ...compareInPairs(timesOf(what, 0), timesOf(what, 1)) }))
const largest = Math.max(...compared.map(({ z }) => Math.abs(z)))
const show = (value: number): string => value.toFixed(2)
/** Five comparisons at once: beyond it by chance about once in 3,000 runs. */
const mostZ = 4
const passed = differing.length === 0 && largest < mostZ && Math.abs(control.z) > mostZ
recordRun({
  name: 'refusals',
  title: 'The time of a refusal',
  command: `npm run campaign:refusals${process.argv.slice(2).length === 0 ? '' : ` -- ${process.argv.slice(2).join(' ')}`}`,
  what: 'One seller in a process of its own sells two tables of the same columns and bounds, one of small numbers, one of large ones. Programs that are refused are put '
    + 'to both, in pairs and in random order, over HTTP. Replies must be the same bytes; Wilcoxon\'s signed-rank statistic z of the pairs\' times must stay below '
    + `${mostZ} for each program, and exceed it for two programs of unlike length on one table, or the measurement could see nothing.`,
  seconds: (performance.now() - startedAt) / 1000,
  seed: 'none',
  passed,
  figures: [
    ['pairs of refusals', String(compared.length * rounds)],
    ['refusals whose bytes differed', String(differing.length)],
    ['largest |z| of the same program on two tables', show(largest)],
    ['|z| of two programs on one table', show(Math.abs(control.z))],
  ],
  tables: [{
    title: 'By program, milliseconds:',
    header: ['refused program', 'median, small numbers', 'median, large numbers', 'median difference', 'z'],
    rows: compared.map(({ what, difference, z }) =>
      [what, show(median(timesOf(what, 0))), show(median(timesOf(what, 1))), show(difference), show(z)]),
  }],
})
console.log(compared, control, differing)
if (!passed) process.exitCode = 1
