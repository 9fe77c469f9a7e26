import { createHash, randomBytes } from 'node:crypto'
import { constants, getPriority, platform, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { createCheckedRandom } from '../crypto/random.ts'
import { createArithmetic } from './backends.ts'
import { freeBytes } from './free-bytes.ts'
import { toTaskFailure } from './map-error.ts'
import { fromPosted, type PostedTask, type TaskReply, type WorkerSettings } from './messages.ts'
import { createTaskRunner } from './tasks.ts'

// The entry of a worker thread: one task in, one reply out, in turn.
const port = parentPort
if (port === null) throw new Error('this module is the entry of a worker thread')

// The window and the server go first while all threads compute. Linux takes this of the calling thread alone, other systems of the process.
const step = 5
if (platform() === 'linux') setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + step))

const random = createCheckedRandom(randomBytes)
const arithmetic = createArithmetic(workerData as WorkerSettings, random)
const runTask = createTaskRunner(arithmetic, random, (bytes) => createHash('sha256').update(bytes).digest())

const answer = (task: PostedTask): TaskReply => {
  const start = performance.now()
  try {
    return { ok: true, bytes: runTask(fromPosted(task)), milliseconds: performance.now() - start }
  } catch (error) {
    return { ok: false, failure: toTaskFailure(error) }
  }
}

port.on('message', (task: PostedTask) => {
  const reply = answer(task)
  port.postMessage(reply, reply.ok ? [reply.bytes.buffer as ArrayBuffer] : [])
  for (const value of Object.values(task)) if (value instanceof Uint8Array) freeBytes(value)
})
