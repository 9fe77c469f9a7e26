/**
 * Products modulo one odd number N, in AssemblyScript (WebAssembly with relaxed SIMD), by fused multiply-adds of doubles.
 * `npm run build:kernel` compiles it.
 *
 * Numbers are `limbs` little-endian digits of 51 bits, each a double, `limbs` a multiple of 3. A product is Montgomery's [Mon85],
 * a·b·R⁻¹ with R = 2^(51·limbs), modulo a multiple of N: M = N·k for k = −N⁻¹ mod 2^153. Since M ≡ −1 mod 2^153, the three lowest digits
 * of a sum are themselves the multiple of M that makes them vanish, and of M only H = (M + 1)/2^153 is ever multiplied. Nothing is
 * reduced below M on the way: R > 4·M, so operands below 2M give a result below 2M [Wal99]. `reduce` goes back to N.
 *
 * Two digits' product x·y < 2^102 comes in halves, exactly, from two fused multiply-adds [Emm18]: x·y + 2^103 rounds to 2^103 + h·2^51,
 * whose last bits, read as an integer, are h; x·y − h·2^51 + 3·2^51 has as its last bits l + 2^51, −2^50 ≤ l ≤ 2^50. So integers are
 * added, 64 bits wide, and no carry is passed on before the end: a column has at most 4·165 summands below 2^51. What the doubles'
 * exponents add to it is known beforehand, and stands in the columns, negated, before anything is added (`prepare`).
 *
 * A processor without fused multiply-adds rounds twice and comes out wrong: the self-test tells. Nothing here depends on the values: no
 * branch, no address; and no double is ever subnormal.
 */

// Memory: [constants][columns' beginnings: low, high][columns: low, high][N][H][what the caller keeps from `firstFree` on].
const constants: usize = 1024
const beginnings: usize = 1088

const roundLimbs: usize = 3
const digitBits: i64 = 51
const mask51: i64 = (1 << 51) - 1

/** 2^103 and 2^103 + 3·2^51, and what they look like as integers, without h and l. */
const highConstant: f64 = 10141204801825835211973625643008.0
const lowConstant: f64 = 10141204801825841967373066698752.0
const highBias: i64 = 0x4660000000000000
const lowBias: i64 = 0x4338000000000000

let limbs: usize = 0
/** Columns: the limbs, made even. */
let width: usize = 0
let low: usize = 0
let high: usize = 0
let columnBytes: usize = 0
let addressOfN: usize = 0
let addressOfH: usize = 0
let firstFree: usize = 0

/** −N⁻¹ mod 2^51. */
let inverse: i64 = 0

/** Zero digits before a number, which are those behind the one before it: a product reaches two back and three beyond. */
const margin: usize = 32

/** Bytes from one number to the next. */
export function stride(): usize {
  return 8 * width + margin
}

/** Fixes the number of limbs. Returns where N is to be written; `prepare` comes next. */
export function layOut(count: i32): usize {
  limbs = count
  width = (limbs + 1) & ~1
  // Behind the columns are those that come in at the top.
  columnBytes = 8 * (width + 4)
  low = beginnings + 2 * columnBytes
  high = low + columnBytes
  addressOfN = high + columnBytes + margin
  addressOfH = addressOfN + stride()
  firstFree = addressOfH + stride()
  return addressOfN
}

/** The first address the caller may use: that of a number. */
export function heapStart(): usize {
  return firstFree
}

// @ts-ignore: decorator
@inline
function digit(number: usize, index: usize): i64 {
  return i64(load<f64>(number + 8 * index))
}

/** Takes up N, written where `layOut` said, and H, and prepares the columns. */
export function prepare(h: usize): void {
  memory.copy(addressOfH, h, 8 * limbs)
  const n0 = digit(addressOfN, 0)
  // Newton: each step doubles the correct low bits of N⁻¹, from the 3 that N itself gives.
  let x = n0
  for (let i = 0; i < 5; i++) x = x * (2 - n0 * x)
  inverse = (0 - x) & mask51
  v128.store(constants, f64x2.splat(highConstant))
  v128.store(constants, f64x2.splat(lowConstant), 16)
  for (let i: usize = 0; i < width + 4; i++) {
    // A column takes six halves in each round it goes down through, and three in the one it ends in.
    const halves: usize = i < limbs ? 6 * (i / roundLimbs) + 3 : 2 * limbs
    store<i64>(beginnings + 8 * i, -lowBias * i64(halves))
    store<i64>(beginnings + columnBytes + 8 * i, -highBias * i64(halves))
  }
}

// @ts-ignore: decorator
@inline
function lowHalf(x: v128, y: v128, highHalf: v128, c: v128): v128 {
  return f64x2.relaxed_madd(x, y, f64x2.sub(c, highHalf))
}

// @ts-ignore: decorator
@inline
function toDigit(value: i64): v128 {
  return f64x2.splat(f64(value & mask51))
}

/** target = a·b·R⁻¹ mod M, below 2M. `target` may be a or b. A round takes three digits of a. */
export function multiply(target: usize, a: usize, b: usize): void {
  memory.copy(low, beginnings, 2 * columnBytes)
  const c1 = v128.load(constants)
  const c2 = v128.load(constants, 16)
  const lowHigh = columnBytes
  const top = low + 8 * width
  const lowStep = i64x2.splat(6 * lowBias)
  const highStep = i64x2.splat(6 * highBias)
  let topLow = v128.load(top)
  let topHigh = v128.load(top + lowHigh)
  let carry: i64 = 0
  const aEnd = a + 8 * limbs
  for (; a < aEnd; a += 24) {
    const a0 = v128.load64_splat(a)
    const a1 = v128.load64_splat(a, 8)
    const a2 = v128.load64_splat(a, 16)
    // The three lowest columns: they are m.
    let x = v128.load(b)
    let y = v128.load(b - 8)
    let z = v128.load(b - 16)
    let hx = f64x2.relaxed_madd(x, a0, c1)
    let hy = f64x2.relaxed_madd(y, a1, c1)
    let hz = f64x2.relaxed_madd(z, a2, c1)
    const low01 = i64x2.add(
      i64x2.add(v128.load(low), lowHalf(x, a0, hx, c2)),
      i64x2.add(lowHalf(y, a1, hy, c2), lowHalf(z, a2, hz, c2)),
    )
    const high01 = i64x2.add(i64x2.add(v128.load(low + lowHigh), hx), i64x2.add(hy, hz))
    x = v128.load(b, 16)
    y = v128.load(b, 8)
    z = v128.load(b)
    hx = f64x2.relaxed_madd(x, a0, c1)
    hy = f64x2.relaxed_madd(y, a1, c1)
    hz = f64x2.relaxed_madd(z, a2, c1)
    const low23 = i64x2.add(
      i64x2.add(v128.load(low, 16), lowHalf(x, a0, hx, c2)),
      i64x2.add(lowHalf(y, a1, hy, c2), lowHalf(z, a2, hz, c2)),
    )
    const high23 = i64x2.add(i64x2.add(v128.load(low + lowHigh, 16), hx), i64x2.add(hy, hz))
    const t0 = i64x2.extract_lane(low01, 0) + carry
    const t1 = i64x2.extract_lane(low01, 1) + i64x2.extract_lane(high01, 0) + (t0 >> digitBits)
    const t2 = i64x2.extract_lane(low23, 0) + i64x2.extract_lane(high01, 1) + (t1 >> digitBits)
    carry = i64x2.extract_lane(high23, 0) + (t2 >> digitBits)
    const m0 = toDigit(t0)
    const m1 = toDigit(t1)
    const m2 = toDigit(t2)

    v128.store(top, topLow)
    v128.store(top, topLow, 16)
    v128.store(top + lowHigh, topHigh)
    v128.store(top + lowHigh, topHigh, 16)
    topLow = i64x2.add(topLow, lowStep)
    topHigh = i64x2.add(topHigh, highStep)

    let toB = b + 8
    let toH = addressOfH - 16
    for (let column = low; column < top; column += 16) {
      x = v128.load(toB, 16)
      hx = f64x2.relaxed_madd(x, a0, c1)
      let sumHigh = i64x2.add(v128.load(column + lowHigh, 24), hx)
      let sumLow = i64x2.add(v128.load(column, 24), lowHalf(x, a0, hx, c2))
      y = v128.load(toB, 8)
      hy = f64x2.relaxed_madd(y, a1, c1)
      sumHigh = i64x2.add(sumHigh, hy)
      sumLow = i64x2.add(sumLow, lowHalf(y, a1, hy, c2))
      z = v128.load(toB)
      hz = f64x2.relaxed_madd(z, a2, c1)
      sumHigh = i64x2.add(sumHigh, hz)
      sumLow = i64x2.add(sumLow, lowHalf(z, a2, hz, c2))
      x = v128.load(toH, 16)
      hx = f64x2.relaxed_madd(x, m0, c1)
      sumHigh = i64x2.add(sumHigh, hx)
      sumLow = i64x2.add(sumLow, lowHalf(x, m0, hx, c2))
      y = v128.load(toH, 8)
      hy = f64x2.relaxed_madd(y, m1, c1)
      sumHigh = i64x2.add(sumHigh, hy)
      sumLow = i64x2.add(sumLow, lowHalf(y, m1, hy, c2))
      z = v128.load(toH)
      hz = f64x2.relaxed_madd(z, m2, c1)
      v128.store(column + lowHigh, i64x2.add(sumHigh, hz))
      v128.store(column, i64x2.add(sumLow, lowHalf(z, m2, hz, c2)))
      toB += 16
      toH += 16
    }
  }
  let sum = carry
  for (let i: usize = 0; i < 8 * limbs; i += 8) {
    sum += load<i64>(low + i)
    store<f64>(target + i, f64(sum & mask51))
    sum = (sum >> digitBits) + load<i64>(high + i)
  }
}

/** target = the number of `length` big-endian bytes at `bytes`, before which 16 bytes are 0. */
export function readBytes(target: usize, bytes: usize, length: i32): void {
  let bit: usize = 0
  const end = bytes + usize(length)
  for (let i: usize = 0; i < 8 * limbs; i += 8) {
    const at = end - 8 - (bit >> 3)
    const word = at + 8 > bytes ? bswap<u64>(load<u64>(at)) : 0
    store<f64>(target + i, f64(i64(word >> (bit & 7)) & mask51))
    bit += 51
  }
}

/** Writes a number below 2^(8·length) as `length` big-endian bytes. */
export function writeBytes(bytes: usize, length: i32, source: usize): void {
  let buffer: u64 = 0
  let bits: i32 = 0
  let i: usize = 0
  for (let at = bytes + usize(length); at > bytes;) {
    if (bits < 8 && i < limbs) {
      buffer |= u64(digit(source, i)) << bits
      i++
      bits += 51
    }
    at--
    store<u8>(at, u8(buffer))
    buffer >>= 8
    bits -= 8
  }
}

/** Takes N off the digits in the low columns where they are N or more, whatever they are in the same time. */
function subtractModulus(): void {
  let borrow: i64 = 0
  for (let i: usize = 0; i < limbs; i++) borrow = (load<i64>(low + 8 * i) - digit(addressOfN, i) + borrow) >> digitBits
  // borrow is −1 where the number is below N, else 0.
  const take = ~borrow
  let carry: i64 = 0
  for (let i: usize = 0; i < limbs; i++) {
    carry += load<i64>(low + 8 * i) - (digit(addressOfN, i) & take)
    store<i64>(low + 8 * i, carry & mask51)
    carry >>= digitBits
  }
}

/** target = target·2^−153 mod N, below N, for a number below 2M. Its time does not depend on the number. */
export function reduce(target: usize): void {
  // Three steps of Montgomery's in base 2^51, modulo N itself: (target + m·N)/2^153 < 2N + N.
  const c1 = v128.load(constants)
  const c2 = v128.load(constants, 16)
  for (let i: usize = 0; i < limbs; i++) store<i64>(low + 8 * i, digit(target, i))
  for (let step: usize = 0; step < roundLimbs; step++) {
    const m = f64x2.splat(f64((load<i64>(low) * inverse) & mask51))
    let carry: i64 = 0
    let before: i64 = 0
    for (let i: usize = 0; i < limbs; i++) {
      const n = v128.load64_splat(addressOfN + 8 * i)
      const h = f64x2.relaxed_madd(n, m, c1)
      carry += load<i64>(low + 8 * i) + before + i64x2.extract_lane(lowHalf(n, m, h, c2), 0) - lowBias
      before = i64x2.extract_lane(h, 0) - highBias
      if (i > 0) store<i64>(low + 8 * (i - 1), carry & mask51)
      carry >>= digitBits
    }
    store<i64>(low + 8 * (limbs - 1), carry + before)
  }
  subtractModulus()
  subtractModulus()
  for (let i: usize = 0; i < limbs; i++) store<f64>(target + 8 * i, f64(load<i64>(low + 8 * i)))
}
