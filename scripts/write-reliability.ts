import { writeReliability } from './reliability.ts'

// npm exec -- node scripts/write-reliability.ts: docs/reliability.md, from what the campaigns left in docs/reliability.

writeReliability()
