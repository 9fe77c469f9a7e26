import { plainGuardsSource } from './plain-guards.ts'

/**
 * JavaScript that runs inside the sandbox before the script, beside the prelude: what JavaScript's own functions would make of a tensor, or
 * of a method that nobody called, without a word. They ask for a truth, or for the very same value, and would take any tensor for true, and
 * for unlike all others: an answer that is wrong in silence. Convenience as the prelude is, not the wall.
 */
export const guardsSource = String.raw`(function ({ isTensor, toTruth, toNumber, uncalledHints, methods, columns }) {
  const { apply, construct } = Reflect
  const { defineProperty, hasOwn } = Object
  const { some } = Array.prototype
  const isArray = Array.isArray

  const asksForSame = (what) =>
    new TypeError(what + ' asks for the very same value, which a tensor never is: a == b compares cell by cell, and gives 1 and 0')
  const asksForNumber = (called) => {
    const name = typeof called.name === 'string' ? called.name : ''
    const hint = hasOwn(uncalledHints, name) ? '; ' + uncalledHints[name] : ''
    return new TypeError((name || 'this') + ' is a function, not a number: call it, ' + name + '(…)' + hint)
  }

  /** Puts something around a function of JavaScript's own, under its name. */
  const surround = (owner, name, around) => {
    const own = owner[name]
    if (typeof own !== 'function') return
    const made = { [name](...args) { return around(own, this, args) } }
    defineProperty(owner, name, { value: made[name], writable: true, configurable: true })
  }

  const plain = (${plainGuardsSource})({ isTensor, asksForSame, asksForNumber, surround, methods, columns })

  // Answers without the clock and without chance: a script gives the same answer each time. And nothing is waited for.
  Math.random = () => { throw new TypeError('Math.random is not available: a script must give the same answer each time') }
  delete globalThis.Promise

  const askTruth = (value) => plain.assertTruth(toTruth(value))

  // What is kept or found by a callback hangs on its truth, as what stands behind an if does.
  for (const name of ['filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'some', 'every']) {
    surround(Array.prototype, name, (own, list, args) => {
      const test = args[0]
      return apply(own, list, [typeof test === 'function' ? (...given) => askTruth(apply(test, args[1], given)) : test])
    })
  }
  const ownBoolean = Boolean
  globalThis.Boolean = new Proxy(ownBoolean, {
    apply: (own, self, args) => own(askTruth(args[0])),
    construct: (own, args, target) => construct(own, [askTruth(args[0])], target),
  })
  defineProperty(ownBoolean.prototype, 'constructor', { value: globalThis.Boolean, writable: true, configurable: true })

  for (const name of ['includes', 'indexOf', 'lastIndexOf']) {
    surround(Array.prototype, name, (own, list, args) => {
      if (isTensor(args[0])) throw asksForSame(name)
      const found = isArray(args[0]) ? plain.placeOf(name, list, args[0]) : apply(own, list, args)
      plain.assertFound(list, args[0], found)
      // That something is not there is known only where no tensor is.
      if ((found === false || found === -1) && apply(some, list, [(value) => isTensor(value)])) throw asksForSame(name)
      return found
    })
  }
  const refuseKey = (owner, name, what) => surround(owner, name, (own, self, args) => {
    if (isTensor(args[0])) throw asksForSame(what)
    if (isArray(args[0])) throw new TypeError(what + ' asks for the very same list, not for one of equal items: JSON.stringify(a) is a text that is the same for both')
    return apply(own, self, args)
  })
  for (const name of ['add', 'has', 'delete']) refuseKey(Set.prototype, name, 'a Set')
  for (const name of ['set', 'get', 'has', 'delete']) refuseKey(Map.prototype, name, 'a Map')
  surround(Object, 'is', (own, self, args) => {
    if (isTensor(args[0]) || isTensor(args[1])) throw asksForSame('Object.is')
    return own(args[0], args[1])
  })
  surround(Map, 'groupBy', (own, self, args) => apply(own, Map, [args[0], (...given) => {
    const key = args[1](...given)
    if (isTensor(key)) throw asksForSame('Map.groupBy')
    return key
  }]))
  const assertKeys = (value) => {
    if (isTensor(value)) throw new TypeError('a tensor has no keys: [...x] has its rows, listing.columns the names of the table\'s columns')
    return value
  }
  for (const name of ['keys', 'values', 'entries', 'assign', 'getOwnPropertyNames', 'getOwnPropertyDescriptors']) {
    surround(Object, name, (own, self, args) => own(...args.map(assertKeys)))
  }
  surround(Reflect, 'ownKeys', (own, self, args) => own(assertKeys(args[0])))
  for (const name of ['isFinite', 'isInteger', 'isNaN', 'isSafeInteger']) {
    surround(Number, name, (own, self, args) => own(isTensor(args[0]) ? toNumber(args[0]) : args[0]))
  }

  // A method that nobody called is no number: as one it would be NaN, below and above nothing.
  defineProperty(Function.prototype, Symbol.toPrimitive, { value(hint) {
    if (hint === 'number') throw asksForNumber(this)
    return this.toString()
  } })

  return { ...plain, asksForSame, asksForNumber, assertKeys }
})`
