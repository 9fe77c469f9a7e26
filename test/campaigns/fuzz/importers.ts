import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encryptKeystoreJson, Wallet } from 'ethers'
import { findColumnNotes } from '../../../src/host/datasets/data-package.ts'
import { createDatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { detectFormat, type FileFormat } from '../../../src/host/datasets/table-format.ts'
import { parsePheResult } from '../../../src/host/interop/phe.ts'
import { parseContractInfo } from '../../../src/host/legacy/contract-info.ts'
import { parseUserInfo } from '../../../src/host/legacy/user-info.ts'
import { computeVerdict, evidenceSchema } from '../../../src/host/protocol/evidence.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'
import { parseKeystore } from '../../../src/host/wallet/account.ts'
import { parseJsonAs } from '../../../src/shared/parse.ts'
import { tableSamples } from './importer-samples.ts'
import { mutateBytes, mutateJson, mutateJsonText } from './mutate.ts'
import { createTableReader, type TableReader } from './table-reader.ts'
import { codeOf, outcomeOf, type FuzzTarget } from './target.ts'
import { createSampleReceipt, marketPlace, purchase, sampleEvidence, samplePrivateEvidence } from './trade-samples.ts'

/** Everything a database holds, as one word that changes with it. */
export const fingerprint = (database: ProfileDatabase): string => {
  const [changes, tables] = [
    database.prepare<[], { n: number }>('SELECT total_changes() AS n').get()?.n,
    database.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n,
  ]
  return `${changes}/${tables}`
}

/** A whole import of text, held to all or nothing: a refused one leaves the profile as it was. */
const createImportTarget = (csv: readonly Uint8Array[]): FuzzTarget => {
  const database = openProfileDatabase(':memory:')
  const unused = (): never => { throw new Error('an import has no need of it') }
  const datasets = createDatasetService({ database, vault: { seal: unused, open: unused, derive: unused }, engine: unused })
  return {
    name: 'CSV',
    run: async (draws) => {
      const text = mutateBytes(draws, csv)
      const before = fingerprint(database)
      try {
        await datasets.importTable({ name: 'fuzz', text })
      } catch (error) {
        const code = codeOf(error)
        if (fingerprint(database) !== before) throw new Error(`a refused import (${code}) left something behind`, { cause: error })
        return code
      }
      await datasets.remove('fuzz')
      return 'taken'
    },
    close: () => {
      database.close()
      return Promise.resolve()
    },
  }
}

const createTableTarget = (name: 'SQLite' | 'Parquet' | 'Arrow' | 'Excel', samples: readonly Uint8Array[], reader: TableReader): FuzzTarget => ({
  name,
  run: async (draws) => {
    const source = mutateBytes(draws, samples)
    let format: FileFormat = 'csv'
    const detected = await outcomeOf(() => { format = detectFormat(source) })
    return detected !== 'taken' ? detected : format === 'csv' ? 'taken for CSV' : reader.read({ format, source, choice: {} })
  },
})

const account = new Wallet(`0x${'11'.repeat(32)}`)
const links = ['meta_link', 'test_link', 'test_result_link', 'data_link', 'result_link'].map((name) => `'${name}': 'http://127.0.0.1:5000/${name}'`).join(', ')
const legacyFiles = {
  user: [
    `address = ${account.address}\nprivate_key = ${account.privateKey}\nendpoint_url = https://ropsten.infura.io/v3/abc\n`,
    `['${account.address}', '${account.privateKey.slice(2)}', 'http://127.0.0.1:8545']`,
  ],
  contract: [`{${links}, 'num_rows': (534, 11), 'value': 20000000000000000, 'expiration_time': 300, 'condition': 2}`],
} as const

const dataPackage = {
  name: 'staff', resources: [{ path: 'staff.csv', schema: { fields: [{ name: 'wage', type: 'number', title: 'Wage', description: 'per hour', unit: 'USD' }, { name: 'town', type: 'string' }] } }],
}
const phe = { public_key: { n: '12345678901234567890' }, values: [['123456', 0], ['98765', -32]], scale: [['1', '100'], ['1', '10']] }

const keystorePassword = 'password'
/** Scrypt at its cheapest, so that a sound one is opened in no time. */
const createKeystore = (): Promise<string> => encryptKeystoreJson(account, keystorePassword, { scrypt: { N: 2, r: 1, p: 1 } })

const text = (name: string, samples: readonly string[], read: (content: string) => unknown): FuzzTarget => ({
  name,
  run: (draws) => outcomeOf(() => read(Buffer.from(mutateBytes(draws, samples.map((sample) => Buffer.from(sample)))).toString(draws.once(4) ? 'latin1' : 'utf8'))),
})
const json = (name: string, sample: unknown, read: (content: string) => unknown): FuzzTarget => ({
  name, run: (draws) => outcomeOf(() => read(mutateJsonText(draws, sample))),
})

const createPackageTarget = (): FuzzTarget => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-fuzz-'))
  return {
    name: 'datapackage.json',
    run: (draws) => outcomeOf(() => {
      writeFileSync(join(folder, 'datapackage.json'), mutateJsonText(draws, dataPackage))
      findColumnNotes(join(folder, 'staff.csv'))
    }),
    close: () => {
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

/** A receipt's verdict is never an exception, and never “right” for a trade that was changed. */
const createReceiptTarget = async (): Promise<FuzzTarget> => {
  const samples = [await createSampleReceipt(), await createSampleReceipt('private')]
  const tell = (trade: unknown): string => (JSON.stringify(trade) ?? '').toLowerCase()
  return {
    name: 'receipt',
    run: (draws) => {
      const sound = draws.pick(samples)
      const changed = mutateJson(draws, sound)
      const { ok } = verifyReceipt(changed)
      if (ok && tell((changed as typeof sound).trade) !== tell(sound.trade)) throw new Error('a receipt of another trade is called right')
      return ok ? 'right' : 'wrong'
    },
  }
}

const judgeEvidence = (content: string): string => {
  const evidence = parseJsonAs(evidenceSchema, content, 'the evidence file', 'input.evidence-invalid')
  const verdict = computeVerdict(evidence, marketPlace, purchase)
  if (verdict.for === 'buyer') throw new Error('evidence of another answer convicts')
  return verdict.for ?? 'none'
}

/** Every reader of a file that comes from outside. */
export const createImporterTargets = async (): Promise<readonly FuzzTarget[]> => {
  const tables = tableSamples()
  const reader = await createTableReader()
  const keystore = JSON.parse(await createKeystore()) as unknown
  return [
    createImportTarget(tables.csv),
    createTableTarget('SQLite', tables.sqlite, reader),
    createTableTarget('Parquet', tables.parquet, reader),
    createTableTarget('Arrow', tables.arrow, reader),
    { ...createTableTarget('Excel', tables.excel, reader), close: () => reader.close() },
    createPackageTarget(),
    text('user_info.txt of 2020', legacyFiles.user, parseUserInfo),
    text('contract_info of 2020', legacyFiles.contract, parseContractInfo),
    json('result from python-paillier', phe, (content) => parsePheResult(content, 'result.json')),
    json('evidence', sampleEvidence, judgeEvidence),
    json('evidence of private mode', samplePrivateEvidence, judgeEvidence),
    await createReceiptTarget(),
    json('keystore', keystore, (content) => parseKeystore(content, keystorePassword)),
  ]
}
