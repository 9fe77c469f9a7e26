/**
 * Products modulo one odd number N, in AssemblyScript (WebAssembly with SIMD). `npm run build:kernel` compiles it.
 *
 * Numbers are `limbs` little-endian digits of 13 bits in 16-bit cells, `limbs` a multiple of 8 with R = 2^(13·limbs) > 4·N. A product
 * is Montgomery's, a·b·R⁻¹ mod N [Mon85], not reduced below N: operands below 2N give a result below 2N [Wal99].
 *
 * Eight digits of a are taken at a time. i32x4.dot_i16x8_s multiplies eight pairs of digits and adds neighbours, so that with b held
 * as pairs (b[c], b[c−1]) one instruction gives four columns of a[r]·b[c] + a[r+1]·b[c−1]. Each column takes eight such sums per
 * eight digits of a, four of a·b and four of m·N, each below 2^27: three rounds fit 32 bits (24·2^27 + carries < 2^32), then
 * carries are passed on, one column far. Nothing here depends on the values: no branch, no address.
 */

// Memory: [modulus][pairs of N][pairs of b][columns][what the caller keeps from `firstFree` on].
const base: usize = 1024
/** Pairs and columns have this many zero bytes before them: digit r of a reaches r columns back. */
const margin: usize = 32

const mask13: u64 = 0x1fff
const mask26: u64 = 0x3ffffff

let limbs: usize = 0
let pairsOfN: usize = 0
let pairsOfB: usize = 0
let columns: usize = 0
let firstFree: usize = 0
let columnsEnd: usize = 0

// −N⁻¹ mod 2^26 and the lowest four digits of N in base 2^26.
let inverse: u64 = 0
let n0: u64 = 0
let n1: u64 = 0
let n2: u64 = 0
let n3: u64 = 0

/** Fixes the number of limbs. Returns where the modulus is to be written; `prepare` comes next. */
export function layOut(count: i32): usize {
  limbs = count
  const pairBytes: usize = margin + 4 * (limbs + 16)
  pairsOfN = base + 2 * limbs + margin
  pairsOfB = pairsOfN + pairBytes
  columns = pairsOfB + pairBytes
  columnsEnd = columns + 4 * (limbs + 8)
  firstFree = (columnsEnd + 63) & ~63
  return base
}

/** The first address the caller may use. */
export function heapStart(): usize {
  return firstFree
}

// @ts-ignore: decorator
@inline
function digit26(index: usize): u64 {
  return u64(load<u16>(base + 4 * index)) | (u64(load<u16>(base + 4 * index, 2)) << 13)
}

/** Takes up the modulus that was written where `layOut` said. */
export function prepare(): void {
  n0 = digit26(0)
  n1 = digit26(1)
  n2 = digit26(2)
  n3 = digit26(3)
  // Newton: each step doubles the correct low bits of N⁻¹, from the 3 that N itself gives.
  let x: u64 = n0
  for (let i = 0; i < 4; i++) x = x * (2 - n0 * x)
  inverse = (0 - x) & mask26
  writePairs(pairsOfN, base)
}

/** Writes (b[c], b[c−1]) for c = 0 … limbs; beyond stay the zeros that memory began with. */
function writePairs(target: usize, source: usize): void {
  const first = load<u64>(source)
  let digits = i64x2.splat(first)
  let shifted = i64x2.splat(first << 16)
  v128.store(target, v128.shuffle<u16>(digits, shifted, 0, 8, 1, 9, 2, 10, 3, 11))
  for (let c: usize = 4; c < limbs; c += 4) {
    digits = v128.load64_zero(source + 2 * c)
    shifted = v128.load64_zero(source + 2 * c - 2)
    v128.store(target + 4 * c, v128.shuffle<u16>(digits, shifted, 0, 8, 1, 9, 2, 10, 3, 11))
  }
  store<u32>(target + 4 * limbs, u32(load<u16>(source + 2 * (limbs - 1))) << 16)
}

/** Four columns of eight digits (w, x, y, z: two each) times pairs that stand 0, 2, 4 and 6 columns back. */
// @ts-ignore: decorator
@inline
function dots(p0: v128, p2: v128, p4: v128, p6: v128, w: v128, x: v128, y: v128, z: v128): v128 {
  return i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(p0, w), i32x4.dot_i16x8_s(p2, x)),
    i32x4.add(i32x4.dot_i16x8_s(p4, y), i32x4.dot_i16x8_s(p6, z)),
  )
}

// @ts-ignore: decorator
@inline
function dotsAt(pairs: usize, w: v128, x: v128, y: v128, z: v128): v128 {
  return dots(v128.load(pairs), v128.load(pairs - 8), v128.load(pairs - 16), v128.load(pairs - 24), w, x, y, z)
}

// @ts-ignore: decorator
@inline
function pairOf(digit: u64): v128 {
  return i32x4.splat(i32((digit & mask13) | ((digit >> 13) << 16)))
}

/** Two neighbouring columns, together in base 2^26. */
// @ts-ignore: decorator
@inline
function join(columns: u64): u64 {
  return (columns & 0xffffffff) + ((columns >> 32) << 13)
}

/**
 * Adds eight digits of a times b and of m times N to the columns from the ninth on, and moves them eight columns down. Inlined twice,
 * so that the loop without carries has no branch.
 */
// @ts-ignore: decorator
@inline
function addRows(carries: bool, a0: v128, a2: v128, a4: v128, a6: v128, m0: v128, m2: v128, m4: v128, m6: v128): void {
  const toN = pairsOfN - columns
  const toB = pairsOfB - columns
  const end = columnsEnd
  // Pairs that stand four and six columns back are those loaded one step before.
  let b4 = v128.load(pairsOfB + 16)
  let b6 = v128.load(pairsOfB + 8)
  let n4 = v128.load(pairsOfN + 16)
  let n6 = v128.load(pairsOfN + 8)
  let before = i32x4.splat(0)
  for (let column = columns + 32; column < end; column += 16) {
    const b0 = v128.load(column + toB)
    const b2 = v128.load(column + toB - 8)
    const n0 = v128.load(column + toN)
    const n2 = v128.load(column + toN - 8)
    const sum = i32x4.add(v128.load(column), i32x4.add(dots(b0, b2, b4, b6, a0, a2, a4, a6), dots(n0, n2, n4, n6, m0, m2, m4, m6)))
    if (carries) {
      const over = i32x4.shr_u(sum, 13)
      v128.store(column - 32, i32x4.add(v128.and(sum, i32x4.splat(0x1fff)), v128.shuffle<u32>(before, over, 3, 4, 5, 6)))
      before = over
    } else {
      v128.store(column - 32, sum)
    }
    b4 = b0
    b6 = b2
    n4 = n0
    n6 = n2
  }
}

/** target = a·b·R⁻¹ mod N, below 2N. `target` may be a or b. */
export function multiply(target: usize, a: usize, b: usize): void {
  writePairs(pairsOfB, b)
  memory.fill(columns, 0, columnsEnd - columns)
  let round = 0
  const aEnd = a + 2 * limbs
  for (let digits = a; digits < aEnd; digits += 16) {
    const a0 = v128.load32_splat(digits)
    const a2 = v128.load32_splat(digits, 4)
    const a4 = v128.load32_splat(digits, 8)
    const a6 = v128.load32_splat(digits, 12)

    // The eight lowest columns decide m, the multiple of N that makes them vanish: eight digits, found in base 2^26.
    let low = i32x4.add(v128.load(columns), dotsAt(pairsOfB, a0, a2, a4, a6))
    let high = i32x4.add(v128.load(columns, 16), dotsAt(pairsOfB + 16, a0, a2, a4, a6))
    const d0 = join(i64x2.extract_lane(low, 0))
    const q0 = (d0 * inverse) & mask26
    const d1 = join(i64x2.extract_lane(low, 1)) + q0 * n1 + ((d0 + q0 * n0) >> 26)
    const q1 = (d1 * inverse) & mask26
    const d2 = join(i64x2.extract_lane(high, 0)) + q0 * n2 + q1 * n1 + ((d1 + q1 * n0) >> 26)
    const q2 = (d2 * inverse) & mask26
    const d3 = join(i64x2.extract_lane(high, 1)) + q0 * n3 + q1 * n2 + q2 * n1 + ((d2 + q2 * n0) >> 26)
    const q3 = (d3 * inverse) & mask26
    const m0 = pairOf(q0)
    const m2 = pairOf(q1)
    const m4 = pairOf(q2)
    const m6 = pairOf(q3)

    // What the eight carry on into the ninth.
    low = i32x4.add(low, dotsAt(pairsOfN, m0, m2, m4, m6))
    high = i32x4.add(high, dotsAt(pairsOfN + 16, m0, m2, m4, m6))
    let carry = join(i64x2.extract_lane(low, 0)) >> 26
    carry = (carry + join(i64x2.extract_lane(low, 1))) >> 26
    carry = (carry + join(i64x2.extract_lane(high, 0))) >> 26
    carry = (carry + join(i64x2.extract_lane(high, 1))) >> 26
    store<u32>(columns + 32, load<u32>(columns + 32) + u32(carry))

    round++
    if (round < 3) {
      addRows(false, a0, a2, a4, a6, m0, m2, m4, m6)
    } else {
      addRows(true, a0, a2, a4, a6, m0, m2, m4, m6)
      round = 0
    }
  }
  let sum: u64 = 0
  for (let i: usize = 0; i < limbs; i += 2) {
    sum += u64(load<u32>(columns + 4 * i)) + (u64(load<u32>(columns + 4 * i, 4)) << 13)
    store<u32>(target + 2 * i, u32((sum & mask13) | (((sum >> 13) & mask13) << 16)))
    sum >>= 26
  }
}

/** target = the number of `length` big-endian bytes at `bytes`, below 2^(13·limbs). */
export function readBytes(target: usize, bytes: usize, length: i32): void {
  let buffer: u64 = 0
  let bits: u64 = 0
  let at = bytes + usize(length)
  for (let i: usize = 0; i < limbs; i++) {
    while (bits < 13 && at > bytes) {
      at--
      buffer |= u64(load<u8>(at)) << bits
      bits += 8
    }
    store<u16>(target + 2 * i, u16(buffer & mask13))
    buffer >>= 13
    bits = bits > 13 ? bits - 13 : 0
  }
}

/** Writes a number below 2^(8·length) as `length` big-endian bytes. */
export function writeBytes(bytes: usize, length: i32, source: usize): void {
  let buffer: u64 = 0
  let bits: u64 = 0
  let i: usize = 0
  for (let at = bytes + usize(length); at > bytes;) {
    if (bits < 8) {
      if (i < limbs) buffer |= u64(load<u16>(source + 2 * i)) << bits
      i++
      bits += 13
    }
    at--
    store<u8>(at, u8(buffer))
    buffer >>= 8
    bits -= 8
  }
}

/** Takes N off a number below 2N where it is N or more, whatever it is in the same time. */
export function reduce(target: usize): void {
  let borrow: i32 = 0
  for (let i: usize = 0; i < limbs; i++) {
    borrow = (i32(load<u16>(target + 2 * i)) - i32(load<u16>(base + 2 * i)) + borrow) >> 13
  }
  // borrow is −1 where the number is below N, else 0.
  const take = ~borrow
  let carry: i32 = 0
  for (let i: usize = 0; i < limbs; i++) {
    carry += i32(load<u16>(target + 2 * i)) - (i32(load<u16>(base + 2 * i)) & take)
    store<u16>(target + 2 * i, u16(carry & 0x1fff))
    carry >>= 13
  }
}
