import crypto from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Loaded into a process by NODE_OPTIONS: once it has decrypted something, that is noted in the file named by HELD and an error holds it, in
// its words, fields and cause. DIES says how: `uncaught` or `rejected`, beside what the program does, or `thrown` in the midst of it.
const { HELD: held = '', DIES: way = '' } = process.env
const { createDecipheriv } = crypto

const holding = (secret: Buffer): Error => Object.assign(
  new Error(`dies holding ${secret.toString('hex')} ${secret.toString()}`, { cause: new Error(secret.toString('base64')) }),
  { secret, details: { text: secret.toString() } })

crypto.createDecipheriv = ((...args: Parameters<typeof createDecipheriv>) => {
  const decipher = createDecipheriv(...args)
  const update = decipher.update.bind(decipher) as (data: Buffer) => Buffer
  return Object.assign(decipher, {
    update: (data: Buffer) => {
      const secret = update(data)
      if (existsSync(held)) return secret
      writeFileSync(held, secret)
      const error = holding(secret)
      if (way === 'thrown') throw error
      if (way === 'uncaught') setImmediate(() => { throw error })
      else void Promise.reject(error)
      return secret
    },
  })
}) as typeof createDecipheriv
if (isMainThread) syncBuiltinESMExports()
