/**
 * Products modulo one odd number N, in AssemblyScript (WebAssembly with SIMD). `npm run build:kernel` compiles it.
 *
 * Numbers are `limbs` little-endian digits of 13 bits in 16-bit cells, `limbs` a multiple of 8. A product is Montgomery's [Mon85],
 * a·b·R⁻¹ with R = 2^(13·limbs), modulo a multiple of N: M = N·k for k = −N⁻¹ mod 2^104. Since M ≡ −1 mod 2^104, the eight lowest digits
 * of a sum are themselves the multiple of M that makes them vanish, and of M only H = (M + 1)/2^104 is ever multiplied. Nothing is
 * reduced below M on the way: R > 4·M, so operands below 2M give a result below 2M [Wal99]. `reduce` goes back to N.
 *
 * Eight digits of a are taken at a time. i32x4.dot_i16x8_s multiplies eight pairs of digits and adds neighbours, so that with b held
 * as pairs (b[c], b[c−1]) one instruction gives four columns of a[r]·b[c] + a[r+1]·b[c−1]. Each column takes eight such sums per
 * eight digits of a, four of a·b and four of m·H, each below 2^27: three rounds fit 32 bits (24·2^27 + carries < 2^32), then
 * carries are passed on, one column far. Nothing here depends on the values: no branch, no address.
 */

// Memory: [N][pairs of H][pairs of b][columns][what the caller keeps from `firstFree` on].
const base: usize = 1024
/** Pairs and columns have this many zero bytes before them: digit r of a reaches r columns back. */
const margin: usize = 32

const mask13: u64 = 0x1fff
const mask26: u64 = 0x3ffffff

let limbs: usize = 0
let pairsOfH: usize = 0
let pairsOfB: usize = 0
let columns: usize = 0
let firstFree: usize = 0
let columnsEnd: usize = 0

/** −N⁻¹ mod 2^26. */
let inverse: u64 = 0

/** Fixes the number of limbs. Returns where N is to be written; `prepare` comes next. */
export function layOut(count: i32): usize {
  limbs = count
  const pairBytes: usize = margin + 4 * (limbs + 16)
  pairsOfH = base + 2 * limbs + margin
  pairsOfB = pairsOfH + pairBytes
  columns = pairsOfB + pairBytes
  columnsEnd = columns + 4 * (limbs + 8)
  firstFree = (columnsEnd + 63) & ~63
  return base
}

/** Bytes from one number to the next. */
export function stride(): usize {
  return 2 * limbs
}

/** The first address the caller may use. */
export function heapStart(): usize {
  return firstFree
}

// @ts-ignore: decorator
@inline
function digit26(number: usize, index: usize): u64 {
  return u64(load<u16>(number + 4 * index)) | (u64(load<u16>(number + 4 * index, 2)) << 13)
}

/** Takes up N, written where `layOut` said, and H. */
export function prepare(h: usize): void {
  const n0 = digit26(base, 0)
  // Newton: each step doubles the correct low bits of N⁻¹, from the 3 that N itself gives.
  let x: u64 = n0
  for (let i = 0; i < 4; i++) x = x * (2 - n0 * x)
  inverse = (0 - x) & mask26
  writePairs(pairsOfH, h)
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
  return i32x4.splat(i32((digit & mask13) | ((digit >> 13 & mask13) << 16)))
}

/** Two neighbouring columns, together in base 2^26. */
// @ts-ignore: decorator
@inline
function join(columns: u64): u64 {
  return (columns & 0xffffffff) + ((columns >> 32) << 13)
}

/** The carries of four columns go one column up; those of the four before come in. */
// @ts-ignore: decorator
@inline
function passOn(sum: v128, over: v128, before: v128): v128 {
  return i32x4.add(v128.and(sum, i32x4.splat(0x1fff)), v128.shuffle<u32>(before, over, 3, 4, 5, 6))
}

/**
 * Adds eight digits of a times b and of m times H to the columns from the seventeenth on, and moves them eight columns down. Inlined
 * twice, so that the loop without carries has no branch.
 */
// @ts-ignore: decorator
@inline
function addRows(carries: bool, before: v128, a0: v128, a2: v128, a4: v128, a6: v128, m0: v128, m2: v128, m4: v128, m6: v128): void {
  // Addresses that lie low enough for every offset to be positive: those cost nothing.
  let toB = pairsOfB + 56
  let toH = pairsOfH + 24
  // Pairs that stand four and six columns back are those loaded one step before.
  let b4 = v128.load(pairsOfB + 48)
  let b6 = v128.load(pairsOfB + 40)
  let h4 = v128.load(pairsOfH + 16)
  let h6 = v128.load(pairsOfH + 8)
  const end = columnsEnd - 32
  for (let column = columns + 32; column < end; column += 32) {
    const b0 = v128.load(toB, 8)
    const b2 = v128.load(toB)
    const h0 = v128.load(toH, 8)
    const h2 = v128.load(toH)
    const sum = i32x4.add(v128.load(column, 32), i32x4.add(dots(b0, b2, b4, b6, a0, a2, a4, a6), dots(h0, h2, h4, h6, m0, m2, m4, m6)))
    b4 = v128.load(toB, 24)
    b6 = v128.load(toB, 16)
    h4 = v128.load(toH, 24)
    h6 = v128.load(toH, 16)
    const next = i32x4.add(v128.load(column, 48), i32x4.add(dots(b4, b6, b0, b2, a0, a2, a4, a6), dots(h4, h6, h0, h2, m0, m2, m4, m6)))
    if (carries) {
      const over = i32x4.shr_u(sum, 13)
      v128.store(column, passOn(sum, over, before))
      before = i32x4.shr_u(next, 13)
      v128.store(column, passOn(next, before, over), 16)
    } else {
      v128.store(column, sum)
      v128.store(column, next, 16)
    }
    toB += 32
    toH += 32
  }
}

/** The digits of m as they stand in a register, and what the eight columns carry on into the ninth. */
let m01: u64 = 0
let m23: u64 = 0
let m45: u64 = 0
let m67: u64 = 0
let carry: u64 = 0

/** The eight lowest columns, carried through: they are m. */
// @ts-ignore: decorator
@inline
function findM(low: v128, high: v128): void {
  m01 = join(i64x2.extract_lane(low, 0))
  m23 = join(i64x2.extract_lane(low, 1)) + (m01 >> 26)
  m45 = join(i64x2.extract_lane(high, 0)) + (m23 >> 26)
  m67 = join(i64x2.extract_lane(high, 1)) + (m45 >> 26)
  carry = m67 >> 26
}

/**
 * target = a·b·R⁻¹ mod M, below 2M. `target` may be a or b. A round takes eight digits of a; the columns that decide the next round's m
 * come first in it, so that m is found while the others are still added.
 */
export function multiply(target: usize, a: usize, b: usize): void {
  writePairs(pairsOfB, b)
  memory.fill(columns, 0, columnsEnd - columns)
  const zero = i32x4.splat(0)
  const aEnd = a + 2 * limbs
  let round = 0
  let a0 = v128.load32_splat(a)
  let a2 = v128.load32_splat(a, 4)
  let a4 = v128.load32_splat(a, 8)
  let a6 = v128.load32_splat(a, 12)
  findM(dotsAt(pairsOfB, a0, a2, a4, a6), dotsAt(pairsOfB + 16, a0, a2, a4, a6))
  for (let digits = a + 16; digits <= aEnd; digits += 16) {
    const m0 = pairOf(m01)
    const m2 = pairOf(m23)
    const m4 = pairOf(m45)
    const m6 = pairOf(m67)
    let low = i32x4.add(
      i32x4.add(v128.load(columns, 32), i32x4.replace_lane(zero, 0, u32(carry))),
      i32x4.add(dotsAt(pairsOfB + 32, a0, a2, a4, a6), dotsAt(pairsOfH, m0, m2, m4, m6)),
    )
    let high = i32x4.add(
      v128.load(columns, 48), i32x4.add(dotsAt(pairsOfB + 48, a0, a2, a4, a6), dotsAt(pairsOfH + 16, m0, m2, m4, m6)),
    )
    round++
    const passes = round === 3
    let before = zero
    if (passes) {
      const overLow = i32x4.shr_u(low, 13)
      before = i32x4.shr_u(high, 13)
      low = passOn(low, overLow, zero)
      high = passOn(high, before, overLow)
      round = 0
    }
    v128.store(columns, low)
    v128.store(columns + 16, high)
    // After the last round the first digits are loaded once more, in vain.
    const next = digits < aEnd ? digits : a
    const next0 = v128.load32_splat(next)
    const next2 = v128.load32_splat(next, 4)
    const next4 = v128.load32_splat(next, 8)
    const next6 = v128.load32_splat(next, 12)
    findM(i32x4.add(low, dotsAt(pairsOfB, next0, next2, next4, next6)), i32x4.add(high, dotsAt(pairsOfB + 16, next0, next2, next4, next6)))
    if (passes) addRows(true, before, a0, a2, a4, a6, m0, m2, m4, m6)
    else addRows(false, before, a0, a2, a4, a6, m0, m2, m4, m6)
    a0 = next0
    a2 = next2
    a4 = next4
    a6 = next6
  }
  let sum: u64 = 0
  for (let i: usize = 0; i < limbs; i += 2) {
    sum += u64(load<u32>(columns + 4 * i)) + (u64(load<u32>(columns + 4 * i, 4)) << 13)
    store<u32>(target + 2 * i, u32((sum & mask13) | (((sum >> 13) & mask13) << 16)))
    sum >>= 26
  }
}

/** Four digits out of the lowest 52 bits. */
// @ts-ignore: decorator
@inline
function fourDigits(bits: u64): u64 {
  return (bits & mask13) | ((bits >> 13 & mask13) << 16) | ((bits >> 26 & mask13) << 32) | ((bits >> 39 & mask13) << 48)
}

/** target = the number of `length` big-endian bytes at `bytes`, before which 16 bytes are 0: 13 bytes are eight digits. */
export function readBytes(target: usize, bytes: usize, length: i32): void {
  let at = bytes + usize(length)
  for (let i: usize = 0; i < limbs; i += 8) {
    if (at > bytes) {
      store<u64>(target + 2 * i, fourDigits(bswap<u64>(load<u64>(at - 8))))
      store<u64>(target + 2 * i, fourDigits(bswap<u64>(load<u64>(at - 13)) >> 12), 8)
      at -= 13
    } else {
      v128.store(target + 2 * i, i32x4.splat(0))
    }
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

// @ts-ignore: decorator
@inline
function setDigit26(number: usize, digit: u64): void {
  store<u32>(number, u32((digit & mask13) | (((digit >> 13) & mask13) << 16)))
}

/** Takes N off a number where it is N or more, whatever it is in the same time. */
function subtractModulus(target: usize): void {
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

/** target = target·2^−104 mod N, below N, for a number below 2M. Its time does not depend on the number. */
export function reduce(target: usize): void {
  // Four steps of Montgomery's in base 2^26, modulo N itself: (target + m·N)/2^104 < 2N + N.
  const digits = limbs / 2
  for (let step: usize = 0; step < 4; step++) {
    const m = (digit26(target, step) * inverse) & mask26
    let sum: u64 = 0
    for (let i: usize = 0; i < digits - step; i++) {
      sum += digit26(target, step + i) + m * digit26(base, i)
      setDigit26(target + 4 * (step + i), sum & mask26)
      sum >>= 26
    }
  }
  memory.copy(target, target + 16, 2 * limbs - 16)
  memory.fill(target + 2 * limbs - 16, 0, 16)
  subtractModulus(target)
  subtractModulus(target)
}
