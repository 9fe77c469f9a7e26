/** The element at `index`, which must be there: a RangeError is a bug of the caller. */
export const at = <T>(list: ArrayLike<T>, index: number): T => {
  const element = list[index]
  if (element === undefined) throw new RangeError(`no element ${index} in a list of ${list.length}`)
  return element
}
