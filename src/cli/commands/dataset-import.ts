import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { askSecret } from '../../client/ask.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import type { Host } from '../../host/index.ts'
import { parseChoice, parseCount, parseNames } from '../arguments.ts'
import { withHost, type GlobalOptions } from '../run.ts'
import { describeDoubts } from '../import-text.ts'

interface ImportOptions {
  readonly name: string
  readonly postgresEnv?: string
  readonly postgresKeychain?: string
  readonly query?: string
  readonly table?: string
  readonly sheet?: string
  readonly headerRow?: number
  readonly newVersion?: boolean
  readonly exclude?: string
  readonly columns?: string
  readonly decimalMark?: '.' | ','
  readonly dateOrder?: 'dmy' | 'mdy'
  readonly missing: 'drop' | 'mean' | 'median' | 'fail'
  readonly categories: 'codes' | 'one-hot'
  readonly rowOrder: 'kept' | 'random'
}

/** What a sidecar file may say of each column. */
const columnNotesSchema = z.record(z.string(), z.strictObject({
  unit: z.string().exactOptional(),
  description: z.string().exactOptional(),
  type: z.enum(['category', 'number']).exactOptional(),
  fill: z.union([z.number(), z.string().min(1).max(200)]).exactOptional(),
  lower: z.number().exactOptional(),
  upper: z.number().exactOptional(),
}))

const readColumnNotes = (path: string): z.infer<typeof columnNotesSchema> => parseJsonAs(columnNotesSchema, readUserFile(path), path)

const readEnvironment = (name: string): string => {
  const url = process.env[name]
  if (url === undefined || url === '') throw new AppError('input.postgres-url-missing', `The environment variable ${name} is not set.`, { details: { name } })
  return url
}

const chooseSource = async (host: Host, file: string | undefined, { postgresEnv, postgresKeychain }: ImportOptions) => {
  if ([file, postgresEnv, postgresKeychain].filter((given) => given !== undefined).length !== 1) {
    throw new AppError('input.invalid', 'Name exactly one source: FILE, --postgres-env NAME or --postgres-keychain NAME.')
  }
  if (postgresEnv !== undefined) return { postgresUrl: readEnvironment(postgresEnv) }
  if (postgresKeychain !== undefined) return { postgresUrl: await host.databaseUrls.read(postgresKeychain) }
  return { path: file ?? '' }
}

/** Only what was given. */
const chooseOptions = (options: ImportOptions) => ({
  exclude: parseNames(options.exclude ?? ''),
  missing: options.missing,
  categories: options.categories,
  rowOrder: options.rowOrder,
  ...(options.columns === undefined ? {} : { columns: readColumnNotes(options.columns) }),
  ...(options.decimalMark === undefined ? {} : { decimalMark: options.decimalMark }),
  ...(options.dateOrder === undefined ? {} : { dateOrder: options.dateOrder }),
})

const chooseTable = ({ query, table, sheet, headerRow }: ImportOptions) => ({
  ...(query === undefined ? {} : { query }),
  ...(table === undefined ? {} : { table }),
  ...(sheet === undefined ? {} : { sheet }),
  ...(headerRow === undefined ? {} : { headerRow }),
})

const addImport = (dataset: Command, globals: () => GlobalOptions): void => {
  dataset.command('import [file]').description('a table: CSV, SQLite, Parquet, Arrow or Excel file, known by its content, or a PostgreSQL query')
    .requiredOption('--name <name>', 'what to call it here')
    .option('--postgres-env <name>', 'PostgreSQL: the environment variable that holds the database\'s URL')
    .option('--postgres-keychain <name>', 'PostgreSQL: the name under which `dataset keep-url` keeps the URL')
    .option('--query <sql>', 'PostgreSQL or SQLite: one SELECT')
    .option('--table <table>', 'SQLite: which table or view')
    .option('--sheet <sheet>', 'Excel: which sheet; by default the first')
    .option('--header-row <row>', 'CSV and Excel: the row that names the columns, where it is not recognised beneath titles', parseCount)
    .option('--new-version', 'the next version of a dataset of this name; listings keep the one they stand on')
    .option('--columns <file>', 'a JSON file with units, descriptions, bounds and what fills missing cells: {"wage": {"unit": "dollars an hour", "description": "…"}}; '
      + 'a datapackage.json beside the file is read by itself')
    .option('--exclude <columns>', 'columns to leave out, separated by commas')
    .option('--decimal-mark <mark>', 'where text holds numbers: . or ,', parseChoice('.', ','))
    .option('--date-order <order>', 'where dates such as 03/04/2024 do not tell: dmy or mdy', parseChoice('dmy', 'mdy'))
    .option('--missing <way>', 'rows with missing values: fail, drop, or fill with mean or median', parseChoice('fail', 'drop', 'mean', 'median'), 'fail')
    .option('--categories <way>', 'text columns: codes (0, 1, 2 …) or one-hot (a 0/1 column each)', parseChoice('codes', 'one-hot'), 'codes')
    .option('--row-order <order>', 'kept, as in the source, or random, so that a row\'s place tells nothing of it', parseChoice('kept', 'random'), 'kept')
    .action((file: string | undefined, options: ImportOptions) => withHost(globals(), async (host, terminal) => {
      const { name, newVersion = false } = options
      const source = await chooseSource(host, file, options)
      const { report } = await host.datasets.importTable({
        name, newVersion, ...source, ...chooseTable(options), options: chooseOptions(options),
      })
      terminal.result({ name, report }, [
        `Dataset ${name}: ${report.rowsKept} rows × ${report.columns.length} columns.`, ...describeDoubts(report),
      ].join('\n'))
    }))
}

/** Bringing tables in: `dataset import`, and `dataset keep-url` for a database's URL. */
export const addImportCommands = (dataset: Command, globals: () => GlobalOptions): void => {
  addImport(dataset, globals)
  dataset.command('keep-url <name>').description('keep a PostgreSQL URL, which holds a password, in this profile\'s keychain or passphrase store')
    .option('--secret-file <file>', 'where the URL stands; typed otherwise')
    .action((name: string, { secretFile }: { secretFile?: string }) => withHost(globals(), async (host, terminal) => {
      const url = secretFile === undefined ? await askSecret('URL (postgres://USER:PASSWORD@HOST/DATABASE): ') : readUserFile(secretFile)
      await host.databaseUrls.keep(name, url.trim())
      terminal.result({ kept: name }, `The URL is kept as ${name}: \`hesystem dataset import --postgres-keychain ${name} --query SQL --name NAME\`.`)
    }))
}
