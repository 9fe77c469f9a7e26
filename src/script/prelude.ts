import { guardsSource } from './guards.ts'

/**
 * JavaScript that runs inside the sandbox before the script: `Tensor`, `data`, `listing` and `console`, and the functions that
 * turn what a script made into text (values.ts has the grammar). It is convenience, not the wall: it lives in the script's own
 * world and could be tampered with there; the wall is the interpreter, and the host checks all that crosses (host-calls.ts).
 *
 * `#id` is a handle of the host. A Proxy at the end of the prototype chain sees only names that a tensor does not have:
 * whole numbers are rows (`data[i][j]`), anything else is a mistake worth a sentence.
 */
export const preludeSource = String.raw`(function (host, settingsText) {
  'use strict'
  const { call, log, trace } = host
  const { parse, stringify } = JSON
  const { freeze, keys, getPrototypeOf, getOwnPropertySymbols, defineProperty } = Object
  const { ownKeys } = Reflect
  const isArray = Array.isArray
  const objectPrototype = Object.prototype
  const settings = parse(settingsText)

  const hostErrors = new WeakMap()
  const methodNames = settings.methods.filter((name) => !settings.reflected.includes(name)).concat(keys(settings.aliases)).join(', ')
  let idOf, wrap

  const invoke = (method, tensor, args) => {
    let text = ''
    // What is undefined was meant to be something (axes[2], options.to): it is refused, and never left out.
    for (let i = 0; i < args.length; i++) text += (i === 0 ? '' : ',') + encode(args[i], [])
    const reply = parse(call(method, idOf(tensor), '[' + text + ']'))
    if (reply.error !== undefined) {
      const error = new Error(reply.message)
      hostErrors.set(error, reply.error)
      throw error
    }
    if (reply.told === true) trace(String(new Error().stack).slice(0, 10000))
    if (reply.tensor !== undefined) return wrap(reply.tensor)
    if (isArray(reply.value)) return countFromEnd(reply.value)
    // JSON has no infinities.
    return typeof reply.value === 'string' ? Number(reply.value) : reply.value
  }

  const isTensor = (value) => idOf(value) !== -1
  const describe = (tensor) => 'Tensor(' + invoke('shape', tensor, []).join(', ') + ')'
  // What is written on the console says what a tensor is. In any other text only its number would do, where that is known.
  let isShown = false
  const toText = (tensor) => (isShown ? describe(tensor) : invoke('text', tensor, []))
  const notNumber = () => {
    throw new TypeError('a tensor is not a number: + - * / ** > < >= <= == != and -a work on tensors; a++ is a = a + 1, Math.sqrt(a) is a.sqrt(), and where its one number is known, Number(a) is a.item()')
  }
  const notBits = () => {
    throw new TypeError('<< and >> are of plain numbers: a * 2 ** b and a / 2 ** b are the same of tensors')
  }

  const { hints } = settings
  const hintFor = (key) => {
    if (settings.listing.columns.includes(key)) return 'a column of it is data.col(' + stringify(key) + ')'
    if (/^-?\d*\.?\d+$/.test(key)) return 'rows have whole numbers, as data[2]'
    if (/^[-\d\s:,]*:[-\d\s:,]*$/.test(key)) {
      const range = (part) => (/^[\s:]*$/.test(part) ? 'null' : part.includes(':') ? '[' + part.split(':').map((end) => end.trim() || 'null').join(', ') + ']' : part.trim())
      return 'ranges go to slice: x.slice(' + key.split(',').map(range).join(', ') + ')'
    }
    return Object.hasOwn(hints, key) ? hints[key] : 'it has ' + methodNames
  }

  const unknownMember = new Proxy(objectPrototype, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target) return Reflect.get(target, key, receiver)
      if (/^(?:0|-?[1-9]\d*)$/.test(key)) return invoke('get', receiver, [Number(key)])
      throw new TypeError("a tensor has no '" + key + "'; " + hintFor(key))
    },
    set() { throw new TypeError('a tensor cannot be changed in place: build a new one with its methods') },
    has(target, key) {
      if (typeof key === 'symbol' || key in target) return key in target
      throw new TypeError('"in" does not look into a tensor: listing.columns.includes(name) knows its columns')
    },
    ownKeys() { throw new TypeError('a tensor has no names to go through: for (const row of x) goes through its rows, listing.columns are its columns') },
  })

  class Tensor {
    #id
    constructor(token, id) {
      if (token !== settings) throw new TypeError('tensors come from data and its methods; they cannot be made with new')
      this.#id = id
      freeze(this)
    }
    static {
      idOf = (value) => (typeof value === 'object' && value !== null && #id in value ? value.#id : -1)
      wrap = (id) => new Tensor(settings, id)
    }
    *[Symbol.iterator]() {
      const [length] = this.shape
      if (length === undefined) throw new TypeError('a single number has no rows to go through')
      for (let i = 0; i < length; i++) yield this[i]
    }
    toString() { return String(toText(this)) }
    toJSON() { return toText(this) }
    [Symbol.toPrimitive](hint) { return hint === 'string' ? String(toText(this)) : notNumber() }
  }
  // A tensor's numbers are known only where the key holder compared: the host says so.
  const toTruth = (value) => (isTensor(value) ? invoke('truth', value, []) : value)
  const {
    asksForSame, asksForNumber, assertCountable, assertKeys, equals, power, remainder, assertTruth, assertKey, assertNoHole, assertNames, assertHolder, assertLength, assertPlace, assertBits, countFromEnd,
  } = (${guardsSource})({
    isTensor, toTruth, toNumber: notNumber, uncalledHints: settings.uncalledHints, methods: settings.methods, columns: settings.listing.columns,
  })

  const define = (name, method) => {
    const made = { [name](...args) { return invoke(method, this, args) } }
    const isProperty = settings.properties.includes(name)
    defineProperty(made[name], 'length', { get() { throw asksForNumber(made[name]) } })
    defineProperty(Tensor.prototype, name, isProperty ? { get() { return invoke(method, this, []) } } : { value: made[name] })
  }
  for (const method of settings.methods) define(method, method)
  for (const alias of keys(settings.aliases)) define(alias, settings.aliases[alias])
  Object.setPrototypeOf(Tensor.prototype, unknownMember)
  freeze(Tensor.prototype)
  freeze(Tensor)

  const bitOperators = new Set(['&', '|', '^', '<<', '>>', '>>>'])
  const native = (operator, a, b) => {
    if (operator === 'in') return a in assertHolder(b)
    if (typeof a !== 'number' || typeof b !== 'number') assertCountable(operator, a, b)
    if (bitOperators.has(operator)) assertBits(operator, a, b)
    if ((isArray(a) || isArray(b)) && (operator === '==' || operator === '===')) return equals(a, b)
    if ((isArray(a) || isArray(b)) && (operator === '!=' || operator === '!==')) return !equals(a, b)
    switch (operator) {
      case '+': return a + b
      case '-': return a - b
      case '*': return a * b
      case '/': return a / b
      case '**': return power(a, b)
      case '>': return a > b
      case '<': return a < b
      case '>=': return a >= b
      case '<=': return a <= b
      case '==': return a == b
      case '!=': return a != b
      case '===': return a === b
      case '!==': return a !== b
      case '%': return remainder(a, b)
      case '&': return a & b
      case '|': return a | b
      case '^': return a ^ b
      case '<<': return a << b
      case '>>': return a >> b
      case '>>>': return a >>> b
    }
  }
  // For each operator the method with the tensor on its left, and the one with it on its right.
  const operatorMethods = {
    '+': ['add', 'add'], '-': ['sub', 'rsub'], '*': ['mul', 'mul'], '/': ['div', 'rdiv'], '**': ['pow', 'rpow'], '>': ['gt', 'lt'],
    '<': ['lt', 'gt'], '>=': ['ge', 'le'], '<=': ['le', 'ge'], '==': ['eq', 'eq'], '!=': ['ne', 'ne'], '===': ['eq', 'eq'], '!==': ['ne', 'ne'],
    '&': ['and', 'and'], '|': ['or', 'or'], '^': ['xor', 'xor'],
  }
  // Object keys are made once, as JavaScript does in a[key] += b.
  const toKey = (key) => {
    assertKey(key)
    return typeof key === 'object' || typeof key === 'function' ? ownKeys({ [key]: 0 })[0] : key
  }
  const assertTyped = (value) => {
    if (isTensor(value)) throw new TypeError('a tensor is a number to the editor, and an object here: typeof x !== "object" asks whether x is a plain number')
    return value
  }
  const isNothing = (value) => value === null || value === undefined
  const noRemainder = 'a % b is of plain numbers alone: not of encrypted cells, nor after decryption; of one number that is known, x.item() % 2'
  const operate = (operator, a, b) => {
    switch (operator) {
      case 'truth': return assertTruth(toTruth(a))
      case 'key': return toKey(a)
      case 'throw': return noteThrown(a)
      case 'spread': return assertKeys(a)
      case 'delete': return assertNoHole(a)
      case 'names': return assertNames(a)
      case 'members':
        if (isTensor(a)) for (const name of b) a[name]
        return a
      case 'length': return assertLength(a)
      case 'type':
        assertTyped(b)
        return a
      case 'typed': return assertTyped(a)
      case 'place': {
        const key = toKey(b)
        assertPlace(a, key)
        return key
      }
      case 'case':
        if (isTensor(a)) throw asksForSame('switch')
        return a
    }
    const isLeft = isTensor(a)
    if (operator === 'neg' || operator === 'pos') {
      if (isLeft) return invoke(operator, a, [])
      assertCountable(operator, a, 0)
      return operator === 'neg' ? -a : +a
    }
    if (operator === '~') {
      if (isLeft) return invoke('not', a, [])
      assertCountable(operator, a, 0)
      assertBits(operator, a, 0)
      return ~a
    }
    if (!isLeft && !isTensor(b)) return native(operator, a, b)
    const other = isLeft ? b : a
    if (operator === '%') throw new TypeError(noRemainder)
    if (typeof other === 'function') throw asksForNumber(other)
    const methods = operatorMethods[operator]
    if (operator === 'in') return a in b
    if (methods === undefined) notBits()
    if (isNothing(other) && (methods[0] === 'eq' || methods[0] === 'ne')) return methods[0] === 'ne'
    return invoke(methods[isLeft ? 0 : 1], isLeft ? a : b, [other])
  }
  defineProperty(globalThis, settings.operatorHelper, { value: operate })

  const refuse = (what) => stringify({ refused: what })

  const classOf = (value) => {
    const prototype = getPrototypeOf(value)
    const name = prototype !== null && typeof prototype.constructor === 'function' ? prototype.constructor.name : ''
    return typeof name === 'string' ? name.slice(0, 100) : ''
  }
  const nameOf = (value) => (classOf(value) === '' ? 'an object with a prototype of its own' : 'an object of class ' + classOf(value))

  const encodeObject = (value, parents) => {
    const prototype = getPrototypeOf(value)
    if (prototype !== objectPrototype && prototype !== null) return refuse(nameOf(value))
    if (getOwnPropertySymbols(value).length > 0) return refuse('an object with symbols for keys')
    let text = ''
    for (const key of keys(value)) text += (text === '' ? '' : ',') + '[' + stringify(key) + ',' + encode(value[key], parents) + ']'
    return '{"record":[' + text + ']}'
  }

  const encode = (value, parents) => {
    switch (typeof value) {
      case 'number': return Number.isFinite(value) ? String(value) : '{"number":"' + value + '"}'
      case 'string': return stringify(value)
      case 'boolean': return String(value)
      case 'object': break
      case 'undefined': return refuse('undefined')
      default: return refuse('a ' + typeof value)
    }
    if (value === null) return 'null'
    const id = idOf(value)
    if (id !== -1) return '{"tensor":' + id + '}'
    for (const parent of parents) if (parent === value) return refuse('part of itself')
    if (parents.length > 32) return refuse('nested too deeply')
    const path = [...parents, value]
    if (!isArray(value)) return encodeObject(value, path)
    let text = ''
    for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + encode(value[i], path)
    return '[' + text + ']'
  }

  const display = (value) => {
    if (typeof value === 'string') return value
    if (isTensor(value)) return describe(value)
    isShown = true
    try {
      return (typeof value === 'object' && stringify(value)) || String(value)
    } catch (error) {
      return '(something that cannot be shown: ' + describeError(error) + ')'
    } finally {
      isShown = false
    }
  }
  const write = (...args) => log(args.map(display).join(' '))
  globalThis.console = freeze({ log: write, info: write, warn: write, error: write, debug: write })

  const describeError = (error) => {
    try {
      if (typeof error === 'function') return 'the function ' + String(error.name) + ' itself: throw new ' + String(error.name) + '(…)'
      if (typeof error !== 'object' || error === null) return 'the value ' + String(error)
      const { name, message } = error
      // A class of one's own is called Error, as what it extends, where it names itself nothing else.
      const isNamed = Object.hasOwn(error, 'name') || Object.hasOwn(getPrototypeOf(error), 'name')
      const shown = isNamed ? String(name) : classOf(error)
      return shown + ': ' + (message === undefined ? stringify(error) : String(message))
    } catch {
      return 'something that cannot be shown'
    }
  }

  // JavaScript's own errors know where they were made; other things are told where they were thrown, first.
  const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
  const thrown = new WeakMap()
  let lastThrown = { value: undefined, stack: '' }
  const noteThrown = (value) => {
    const { stack } = new Error()
    if (!isObject(value)) lastThrown = { value, stack }
    else if (!thrown.has(value)) thrown.set(value, stack)
    return value
  }
  const findStack = (error) => {
    if (!isObject(error)) return lastThrown.value === error ? lastThrown.stack : ''
    const constructor = globalThis[error.name]
    const isOwn = typeof constructor === 'function' && getPrototypeOf(error) === constructor.prototype
    return (isOwn ? undefined : thrown.get(error)) ?? error.stack
  }

  const freezeDeep = (value) => {
    if (typeof value === 'object' && value !== null) for (const key of keys(value)) freezeDeep(value[key])
    return isArray(value) ? countFromEnd(value) : freeze(value)
  }
  globalThis.listing = new Proxy(freezeDeep(settings.listing), {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || key === 'toJSON') return Reflect.get(target, key, receiver)
      throw new TypeError("the listing has no '" + key + "'; it has " + keys(target).join(', '))
    },
  })
  globalThis.data = wrap(settings.dataId)

  return {
    encodeAnswer: (value) => encode(value, []),
    // {text, stack, hostError?} of anything thrown.
    reportError: (error) => {
      let stack = ''
      try { stack = String(findStack(error)).slice(0, 10000) } catch { stack = '' }
      return stringify({ text: describeError(error).slice(0, 2000), stack, hostError: hostErrors.get(error) })
    },
  }
})`
