/** Every way in which bytes might stand in a file, or in what a program says. */
export const formsOf = (bytes: Buffer): readonly Buffer[] => {
  const hex = bytes.toString('hex')
  const texts = [hex, hex.toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), BigInt(`0x${hex}`).toString()]
  // Base64 in the midst of other bytes begins at one of three places; what stands between its ends is always the same.
  const shifted = [1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').slice(4, -4))
  // As `util.inspect` shows bytes, such as those an error holds.
  const inspected = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return [bytes, ...[...texts, ...shifted, inspected, [...bytes].join(','), [...bytes].join(', ')].map((text) => Buffer.from(text))]
}
