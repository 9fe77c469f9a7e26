import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreePort } from '../../../../src/cli/demo/free-port.ts'

export interface RedisServer {
  readonly url: string
  stop(): Promise<void>
}

/** A Redis of its own on loopback, with a password, in a folder that goes with it. */
export const startRedis = async (): Promise<RedisServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-redis-'))
  const port = await findFreePort()
  const server = spawn('redis-server', [
    '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', '--requirepass', 'pass:word', '--loglevel', 'notice',
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => { server.once('exit', () => { resolve() }) })
  const said: string[] = []
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => { reject(new Error('Redis is not installed: apt-get install redis-server')) })
    server.once('exit', () => { reject(new Error(`Redis did not start:\n${said.join('\n')}`)) })
    createInterface({ input: server.stdout }).on('line', (line) => {
      said.push(line)
      if (line.includes('Ready to accept connections')) resolve()
    })
  })
  return {
    url: `redis://:${encodeURIComponent('pass:word')}@127.0.0.1:${port}`,
    stop: async () => {
      server.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
