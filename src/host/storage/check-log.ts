import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'

/**
 * What a write-ahead log holds. SQLite reads such a log up to the first frame that does not add up and forgets what follows, which is
 * right for a transaction that a crash cut off, and loses answered purchases where a byte in the middle went bad. The two are told
 * apart by the format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log and https://www.sqlite.org/walformat.html.
 */
export type LogVerdict =
  | { readonly state: 'whole' }
  /** The last transaction was being written when the machine stopped; nothing of it was told to anybody. */
  | { readonly state: 'torn' }
  /** Transactions that were complete cannot be read any more, from that frame on. */
  | { readonly state: 'damaged'; readonly frame: number; readonly lost: string }

const headerBytes = 32
const frameHeaderBytes = 24
const bigEndianSums = 0x377f0683
const littleEndianSums = 0x377f0682

type Sums = readonly [number, number]

/** The format's running sum over words of 32 bits, taken two at a time. */
const addSums = ([first, second]: Sums, bytes: Buffer, bigEndian: boolean): Sums => {
  let [a, b] = [first, second]
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0
    b = (b + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0
  }
  return [a, b]
}
const sumsAt = (bytes: Buffer, at: number): Sums => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
const areEqual = (one: Sums, other: Sums): boolean => one[0] === other[0] && one[1] === other[1]

interface LogFile {
  readonly bytes: number
  /** As many bytes as are there. */
  read(at: number, length: number): Buffer
}

/** Runs `act` on a file, or gives null where there is none. */
const withFile = <T>(path: string, act: (file: LogFile) => T): T | null => {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  try {
    return act({
      bytes: fstatSync(descriptor).size,
      read: (at, length) => {
        const buffer = Buffer.alloc(length)
        return buffer.subarray(0, readSync(descriptor, buffer, 0, length, at))
      },
    })
  } finally {
    closeSync(descriptor)
  }
}

interface LogHeader {
  readonly bytes: Buffer
  readonly pageBytes: number
  readonly salts: Buffer
  readonly bigEndian: boolean
  readonly sums: Sums
}

const parseHeader = (bytes: Buffer): LogHeader | null => {
  if (bytes.length < headerBytes) return null
  const magic = bytes.readUInt32BE(0)
  const bigEndian = magic === bigEndianSums
  if (!bigEndian && magic !== littleEndianSums) return null
  const sums = addSums([0, 0], bytes.subarray(0, 24), bigEndian)
  if (!areEqual(sums, sumsAt(bytes, 24))) return null
  return { bytes, pageBytes: bytes.readUInt32BE(8), salts: bytes.subarray(16, 24), bigEndian, sums }
}

interface Frames {
  /** Frames up to the end of the last transaction that adds up. */
  readonly committed: number
  /** Ends of transactions behind the first frame that does not add up, that frame's own included, in this round of the log. */
  readonly endsBehind: number
  /** Whether frames of this round stand behind the last whole transaction. */
  readonly hasRest: boolean
}

const readFrames = (file: LogFile, header: LogHeader): Frames => {
  const frameBytes = frameHeaderBytes + header.pageBytes
  let [sums, committed, endsBehind, inRound, isWhole] = [header.sums, 0, 0, 0, true]
  for (let index = 0; headerBytes + (index + 1) * frameBytes <= file.bytes; index += 1) {
    const frame = file.read(headerBytes + index * frameBytes, frameBytes)
    if (frame.length < frameBytes) break
    if (!frame.subarray(8, 16).equals(header.salts)) {
      isWhole = false
      continue
    }
    inRound = index + 1
    const endsTransaction = frame.readUInt32BE(4) !== 0
    if (isWhole) {
      sums = addSums(addSums(sums, frame.subarray(0, 8), header.bigEndian), frame.subarray(frameHeaderBytes), header.bigEndian)
      isWhole = areEqual(sums, sumsAt(frame, 16))
    }
    if (isWhole && endsTransaction) committed = index + 1
    if (!isWhole && endsTransaction) endsBehind += 1
  }
  return { committed, endsBehind, hasRest: inRound > committed }
}

/**
 * How many frames were committed by the index that all processes share beside the log, where it speaks of this very round of the log. It is
 * written after the frames are on the disk, so it may lag behind them, and is never ahead.
 */
const readIndexedFrames = (path: string, salts: Buffer): number => withFile(path, (file) => {
  const [one, other] = [file.read(0, 48), file.read(48, 48)]
  if (one.length < 48 || !one.equals(other) || !one.subarray(32, 40).equals(salts)) return 0
  // In the byte order of the machine that wrote it: of this one, or it is not read.
  const sums = addSums([0, 0], one.subarray(0, 40), false)
  return areEqual(sums, [one.readUInt32LE(40), one.readUInt32LE(44)]) ? one.readUInt32LE(16) : 0
}) ?? 0

const judge = (file: LogFile, path: string): LogVerdict => {
  if (file.bytes < headerBytes) return file.bytes === 0 ? { state: 'whole' } : { state: 'torn' }
  const header = parseHeader(file.read(0, headerBytes))
  if (header === null) {
    // A new log of which nothing reached the disk is all zeros; the header is on the disk before any frame.
    const hasContent = file.read(0, Math.min(file.bytes, 1 << 20)).some((byte) => byte !== 0)
    return hasContent ? { state: 'damaged', frame: 0, lost: 'all transactions in it' } : { state: 'torn' }
  }
  // The index first: what another process commits meanwhile then stands in the log already.
  const indexed = readIndexedFrames(`${path}-shm`, header.salts)
  const { committed, endsBehind, hasRest } = readFrames(file, header)
  // Another process began the log anew while it was read: the new round is its own affair, and was written by a program that can read it.
  if (!file.read(0, headerBytes).equals(header.bytes)) return { state: 'whole' }
  if (indexed > committed) return { state: 'damaged', frame: committed + 1, lost: `${indexed - committed} committed frames` }
  // A commit is on the disk before the next transaction begins, so a crash can cut off one transaction only.
  if (endsBehind > 1) return { state: 'damaged', frame: committed + 1, lost: `${endsBehind} transactions` }
  return { state: hasRest ? 'torn' : 'whole' }
}

const look = (path: string): LogVerdict => withFile(`${path}-wal`, (file) => judge(file, path)) ?? { state: 'whole' }

/** Looks at the write-ahead log beside the database at `path`, before SQLite does. */
export const checkLog = (path: string): LogVerdict => {
  const verdict = look(path)
  if (verdict.state !== 'damaged') return verdict
  // A frame that another process was just writing is whole a moment later; damage stays where it is.
  const again = look(path)
  return again.state === 'damaged' && again.frame !== verdict.frame ? checkLog(path) : again
}

/**
 * Throws `store.corrupt` where committed transactions would be lost without a word; nothing is changed. Says whether the rest of a
 * transaction that a crash cut off lies in the log.
 */
export const assertLogReadable = (path: string): { readonly isTorn: boolean } => {
  const verdict = checkLog(path)
  if (verdict.state !== 'damaged') return { isTorn: verdict.state === 'torn' }
  throw new AppError('store.corrupt', `The write-ahead log ${path}-wal is damaged at frame ${verdict.frame}: ${verdict.lost} cannot be read. Nothing was changed.`, {
    details: { path, frame: verdict.frame },
  })
}
