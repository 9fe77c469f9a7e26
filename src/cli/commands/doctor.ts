import type { Command } from 'commander'
import { createDoctorChecks, openDefaultEngine, runDoctor } from '../../host/index.ts'
import { readEngineOptions, resolveHome, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const marks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const

export const addDoctorCommand = (program: Command, globals: () => GlobalOptions): void => {
  program.command('doctor').description('what works on this computer, and what to do about what does not')
    .action(async () => {
      const openEngine = async () => openDefaultEngine(readEngineOptions(globals()).engine)
      const report = await runDoctor(createDoctorChecks({ home: resolveHome(globals()), openEngine }))
      createTerminal(globals().json === true).result(report, report.entries.map(({ name, verdict, found, advice }) =>
        `${marks[verdict]}  ${name.padEnd(15)} ${found}${advice === null ? '' : `\n      ${' '.repeat(15)} ${advice}`}`).join('\n'))
      if (!report.healthy) process.exitCode = 1
    })
}
