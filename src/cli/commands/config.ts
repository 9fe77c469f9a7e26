import type { Command } from 'commander'
import { z } from 'zod'
import { configurationSchema, listLeaves, loadConfiguration, variableOf } from '../configuration.ts'
import { resolveHome, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

export const addConfigCommands = (program: Command, globals: () => GlobalOptions): void => {
  const config = program.command('config').description('how commands run here: a JSON file, variables, defaults')
  config.command('show').description('every setting, its value, and where it comes from')
    .action(() => {
      const options = globals()
      const file = options.config === undefined ? {} : { file: options.config }
      const { configuration, sources } = loadConfiguration({ home: resolveHome(options), ...file })
      const rows = listLeaves().map(({ section, name }) => {
        const values: Readonly<Record<string, unknown>> = configuration[section as keyof typeof configuration]
        return { setting: `${section}.${name}`, value: values[name], from: sources[`${section}.${name}`] ?? 'default', variable: variableOf(section, name) }
      })
      createTerminal(options.json === true).result({ settings: rows }, rows.map(({ setting, value, from }) =>
        `${setting.padEnd(24)} ${JSON.stringify(value).padEnd(20)} ${from}`).join('\n'))
    })
  config.command('check').description('whether a configuration file is right').argument('<file>', 'the file')
    .action((file: string) => {
      const options = globals()
      loadConfiguration({ home: resolveHome(options), file, environment: {} })
      createTerminal(options.json === true).result({ file, valid: true }, `${file} is right.`)
    })
  config.command('schema').description('the JSON Schema of the file, for editors')
    .action(() => {
      const schema = z.toJSONSchema(configurationSchema, { io: 'input' })
      createTerminal(true).result(schema, '')
    })
}
