// Records NumPy's answers for machines without it: npm exec -- node test/unit/script/conformance/record.ts
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createTables, numpySource } from './cases.ts'

const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', numpySource], {
  input: JSON.stringify(createTables(72, 1)), encoding: 'utf8', maxBuffer: 2 ** 28,
})
if (status !== 0) throw new Error(stderr)
const shorten = (_key: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)
writeFileSync(new URL('../../../vectors/conformance.json', import.meta.url), `${JSON.stringify(JSON.parse(stdout), shorten)}\n`)
