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
  const { apply } = Reflect
  const isArray = Array.isArray
  const objectPrototype = Object.prototype
  const settings = parse(settingsText)

  // Answers without the clock and without chance: a script gives the same answer each time.
  Math.random = () => { throw new TypeError('Math.random is not available: a script must give the same answer each time') }

  const hostErrors = new WeakMap()
  const methodNames = settings.methods.filter((name) => !settings.reflected.includes(name)).concat(keys(settings.aliases)).join(', ')
  let idOf, wrap

  const invoke = (method, tensor, args) => {
    let text = ''
    let count = args.length
    // sort(undefined) is sort(), as everywhere in JavaScript; sort(null) is NumPy's axis=None.
    while (count > 0 && args[count - 1] === undefined) count--
    for (let i = 0; i < count; i++) text += (i === 0 ? '' : ',') + (args[i] === undefined ? 'null' : encode(args[i], []))
    const reply = parse(call(method, idOf(tensor), '[' + text + ']'))
    if (reply.error !== undefined) {
      const error = new Error(reply.message)
      hostErrors.set(error, reply.error)
      throw error
    }
    if (reply.told === true) trace(String(new Error().stack).slice(0, 10000))
    return reply.tensor === undefined ? reply.value : wrap(reply.tensor)
  }

  const describe = (tensor) => 'Tensor(' + invoke('shape', tensor, []).join(', ') + ')'

  const { hints } = settings
  const hintFor = (key) => {
    if (settings.listing.columns.includes(key)) return 'a column of it is data.col(' + stringify(key) + ')'
    if (/^Tensor\(/.test(key)) return 'rows cannot be chosen by what is encrypted: where(condition, other), or multiply by the condition'
    if (/^-?\d*\.\d+$/.test(key)) return 'rows have whole numbers'
    return Object.hasOwn(hints, key) ? hints[key] : 'it has ' + methodNames
  }

  const unknownMember = new Proxy(objectPrototype, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target) return Reflect.get(target, key, receiver)
      if (/^-?\d+$/.test(key)) return invoke('get', receiver, [Number(key)])
      throw new TypeError("a tensor has no '" + key + "'; " + hintFor(key))
    },
    set() { throw new TypeError('a tensor cannot be changed in place: build a new one with its methods') },
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
    toString() { return describe(this) }
    toJSON() { return describe(this) }
    [Symbol.toPrimitive](hint) {
      if (hint === 'string') return describe(this)
      throw new TypeError('a tensor is not a number: + - * / ** > < >= <= == != and -a work on tensors; a++ is a = a + 1, Math.sqrt(a) is a.sqrt(); of conditions a & b is a * b, a | b is a + b > 0, ~a is 1 - a')
    }
  }
  const define = (name, method) => defineProperty(Tensor.prototype, name, settings.properties.includes(name)
    ? { get() { return invoke(method, this, []) } }
    : { value(...args) { return invoke(method, this, args) } })
  for (const method of settings.methods) define(method, method)
  for (const alias of keys(settings.aliases)) define(alias, settings.aliases[alias])
  Object.setPrototypeOf(Tensor.prototype, unknownMember)
  freeze(Tensor.prototype)
  freeze(Tensor)

  const native = (operator, a, b) => {
    switch (operator) {
      case '+': return a + b
      case '-': return a - b
      case '*': return a * b
      case '/': return a / b
      case '**': return a ** b
      case '>': return a > b
      case '<': return a < b
      case '>=': return a >= b
      case '<=': return a <= b
      case '==': return a == b
      case '!=': return a != b
    }
  }
  // For each operator the method with the tensor on its left, and the one with it on its right.
  const operatorMethods = {
    '+': ['add', 'add'], '-': ['sub', 'rsub'], '*': ['mul', 'mul'], '/': ['div', 'rdiv'], '**': ['pow', 'rpow'], '>': ['gt', 'lt'],
    '<': ['lt', 'gt'], '>=': ['ge', 'le'], '<=': ['le', 'ge'], '==': ['eq', 'eq'], '!=': ['ne', 'ne'],
  }
  // A tensor's numbers are known only where the key holder compared: the host says so.
  const toTruth = (value) => (idOf(value) === -1 ? value : invoke('truth', value, []))
  // What is kept or found by a callback hangs on its truth, as what stands behind an if does.
  for (const name of ['filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'some', 'every']) {
    const own = Array.prototype[name]
    const asked = { [name](test, self) {
      return apply(own, this, [typeof test === 'function' ? (...args) => toTruth(apply(test, self, args)) : test])
    } }
    defineProperty(Array.prototype, name, { value: asked[name], writable: true, configurable: true })
  }
  // Object keys are made once, as JavaScript does in a[key] += b.
  const toKey = (key) => (typeof key === 'object' || typeof key === 'function' ? Reflect.ownKeys({ [key]: 0 })[0] : key)
  const operate = (operator, a, b) => {
    if (operator === 'truth') return toTruth(a)
    if (operator === 'key') return toKey(a)
    const isLeft = idOf(a) !== -1
    if (operator === 'neg') return isLeft ? invoke('neg', a, []) : -a
    if (!isLeft && idOf(b) === -1) return native(operator, a, b)
    const other = isLeft ? b : a
    if ((operator === '==' || operator === '!=') && (other === null || other === undefined)) return operator === '!='
    return invoke(operatorMethods[operator][isLeft ? 0 : 1], isLeft ? a : b, [other])
  }
  defineProperty(globalThis, settings.operatorHelper, { value: operate })

  const refuse = (what) => stringify({ refused: what })

  const nameOf = (value) => {
    const prototype = getPrototypeOf(value)
    const name = prototype !== null && typeof prototype.constructor === 'function' ? prototype.constructor.name : ''
    return typeof name === 'string' && name !== '' ? 'an object of class ' + name.slice(0, 100) : 'an object with a prototype of its own'
  }

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
      case 'number': return Number.isFinite(value) ? String(value) : refuse(String(value))
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
    if (idOf(value) !== -1) return describe(value)
    try {
      return (typeof value === 'object' && stringify(value)) || String(value)
    } catch (error) {
      return '(something that cannot be shown: ' + describeError(error) + ')'
    }
  }
  const write = (...args) => log(args.map(display).join(' '))
  globalThis.console = freeze({ log: write, info: write, warn: write, error: write, debug: write })

  const describeError = (error) => {
    try {
      const isObject = typeof error === 'object' && error !== null
      return isObject ? String(error.name) + ': ' + String(error.message) : 'the value ' + String(error)
    } catch {
      return 'something that cannot be shown'
    }
  }

  const freezeDeep = (value) => {
    if (typeof value === 'object' && value !== null) for (const key of keys(value)) freezeDeep(value[key])
    return freeze(value)
  }
  globalThis.listing = freezeDeep(settings.listing)
  globalThis.data = wrap(settings.dataId)

  return {
    encodeAnswer: (value) => encode(value, []),
    // {text, stack, hostError?} of anything thrown.
    reportError: (error) => {
      let stack = ''
      try { stack = String(error.stack).slice(0, 10000) } catch { stack = '' }
      return stringify({ text: describeError(error).slice(0, 2000), stack, hostError: hostErrors.get(error) })
    },
  }
})`
