import type { Command } from 'commander'
import { counted } from '../../shared/counted.ts'
import { AppError, toErrorDocument } from '../../shared/errors.ts'
import { parseCount } from '../arguments.ts'
import { toEngineOptions } from '../../host/settings/engine-settings.ts'
import { createInterrupt, readConfiguration, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const requireRedisUrl = (): string => {
  const url = process.env['HESYSTEM_REDIS_URL']
  if (url === undefined || url === '') throw new AppError('input.redis-url-invalid', 'HESYSTEM_REDIS_URL does not say where the queue is.')
  return url
}

export const addWorkerCommand = (program: Command, globals: () => GlobalOptions): void => {
  program.command('worker').description('lends this computer to others\' Paillier work, by a queue in the Redis that HESYSTEM_REDIS_URL names; holds no private key')
    .option('--threads <n>', 'how many; by default one per core', parseCount)
    .action(async ({ threads }: { readonly threads?: number }) => {
      const interrupt = createInterrupt()
      const { runTaskWorker } = await import('../../host/workers/run-worker.ts')
      const terminal = createTerminal(globals().json === true)
      const section = readConfiguration(globals()).engine
      let tasks = 0
      let again = 0
      const worker = await runTaskWorker({
        redisUrl: requireRedisUrl(),
        engine: toEngineOptions({ ...section, threads: threads ?? section.threads }),
        onTask: (_, repeated) => {
          tasks += 1
          if (repeated) again += 1
        },
        onTrouble: (error) => { terminal.note(`queue: ${toErrorDocument(error).message}`) },
      })
      terminal.result({ threads: worker.threads, backend: worker.backend }, `Working with ${counted(worker.threads, 'thread')} (${worker.backend}). Ctrl-C stops it.`)
      await interrupt.interrupted
      terminal.note('Stopping: finishing what is under way.')
      await worker.close()
      terminal.note(`${counted(tasks, 'task')} done, ${again} of them left by workers that died.`)
    })
}
