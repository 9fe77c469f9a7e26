/** The host's public face: what the command line and the client library build on. */
export { createHost, type Host, type HostOptions, type Trade } from './create-host.ts'
export { createDoctorChecks } from './doctor/create-checks.ts'
export { runDoctor, type DoctorReport } from './doctor/run-doctor.ts'
export { createEngine as openDefaultEngine } from '../engine/create-engine.ts'
export type { Engine, JobOptions, Progress } from '../engine/engine.ts'
export type { AnswerJson } from '../compute/answer.ts'
export { evaluateOnPlainTable, type PlainEvaluation } from './datasets/plain-evaluation.ts'
