import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

// Loaded into a process, and into its workers, by NODE_OPTIONS: the operating system's generator has broken, and says nothing about it.
crypto.randomBytes = ((size: number) => Buffer.alloc(size, 7))
syncBuiltinESMExports()
