/**
 * Code that runs inside the sandbox before the script, beside the guards of tensors (guards.ts): what JavaScript makes of plain lists,
 * texts and nothing at all where NumPy, and who writes for it, means something else. Each is a number or a truth that is wrong in silence
 * (numbers sorted as texts, `undefined` above and below nothing), so that here it is NumPy's, or an error. Convenience, not the wall.
 */
export const plainGuardsSource = String.raw`(function ({ isTensor, asksForSame, asksForNumber, surround, methods, columns }) {
  const { apply } = Reflect
  const { defineProperty, freeze, getPrototypeOf } = Object
  const isArray = Array.isArray
  const { sort, toSorted } = Array.prototype

  const isEquality = (operator) => operator === '==' || operator === '!=' || operator === '===' || operator === '!=='
  const isIdentity = (operator) => operator === '===' || operator === '!=='
  const isOrder = (operator) => operator === '<' || operator === '>' || operator === '<=' || operator === '>='

  const listCounts = 'a plain list counts beside a tensor only: a.map((x) => x * 2) goes item by item, a.length is its length; of a shape, x.shape[0] is the number of rows'
  const isDecimalText = (value) => typeof value === 'string' && value.length < 40 && /^-?\d+\.\d+$/.test(value)
  const refuseOperand = (operator, value) => {
    if (isArray(value)) throw new TypeError(listCounts)
    if (typeof value === 'function') throw asksForNumber(value)
    if (typeof value === 'string') throw new TypeError('a text is no number, also where it looks like one: Number(a) makes one of it')
    if (value === undefined || value === null) throw new TypeError('one side of ' + (operator === 'neg' ? '-' : operator === 'pos' ? '+' : operator) + ' is ' + value + ', which is no number: a place that a list has not, or a name without a value')
  }
  const refuseArgument = (name, value) => {
    if (isArray(value)) throw new TypeError(name + ' takes numbers, not a list: Math.max(...a) is the largest of a list, a.map((x) => Math.sqrt(x)) goes item by item')
    if (value === '' || value === null) throw new TypeError(name + ' of ' + (value === null ? 'null' : 'an empty text') + ' would be of 0: there is no number')
    refuseOperand(name, value)
  }
  /** Whether what JavaScript's own operator makes of two plain values is what their author meant; throws where it is not. */
  const assertCountable = (operator, a, b) => {
    if (isEquality(operator)) {
      const other = typeof a === 'number' ? b : typeof b === 'number' ? a : undefined
      const isConverted = isArray(other) || typeof other === 'function' || (typeof other === 'string' && !isIdentity(operator))
      if (isConverted) refuseOperand(operator, other)
      if (typeof other === 'boolean' && isIdentity(operator)) throw new TypeError('a truth is never the very same as a number: == takes true for 1, as NumPy does')
      return
    }
    if (operator === '/' && typeof a === 'bigint' && typeof b === 'bigint' && b !== 0n && a % b !== 0n) {
      throw new TypeError('of whole numbers with n / drops the rest: Number(a) / Number(b) keeps it')
    }
    const isText = typeof a === 'string' || typeof b === 'string'
    // What toFixed made is a text: 1.3 and 2 would be 1.32.
    if (operator === '+' && ((typeof a === 'number' && isDecimalText(b)) || (typeof b === 'number' && isDecimalText(a)))) {
      throw new TypeError('a text that looks like a number is joined to the other, not added: Number(a) + b adds, \`\${a}\${b}\` joins')
    }
    if (operator === '+' && isText && a !== undefined && b !== undefined) return
    if (operator === '+' && isText) refuseOperand(operator, undefined)
    if (isOrder(operator) && typeof a === 'string' && typeof b === 'string') return
    refuseOperand(operator, a)
    refuseOperand(operator, b)
  }

  /** Lists are equal as in Python, item by item. */
  const equals = (a, b) => {
    if (isTensor(a) || isTensor(b)) throw asksForSame('== of lists')
    if (!isArray(a) || !isArray(b)) return a === b
    if (a === b) return true
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!equals(a[i], b[i])) return false
    return true
  }

  /** NumPy's 1 ** b, and (-1) ** infinity, are 1; JavaScript's are NaN. */
  const power = (a, b) => (a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b)
  for (const name of Object.getOwnPropertyNames(Math)) {
    surround(Math, name, (own, self, args) => {
      // What takes one number is given its place and the list too by [4, 9].map(Math.sqrt).
      for (const value of own.length === 1 ? args.slice(0, 1) : args) if (typeof value !== 'number') refuseArgument(name, value)
      return name === 'pow' ? power(args[0], args[1]) : own(...args)
    })
  }
  const ownNumber = Number
  globalThis.Number = new Proxy(ownNumber, { apply: (own, self, args) => {
    if (isArray(args[0]) || args[0] === null) refuseArgument('Number', args[0])
    if (typeof args[0] === 'string' && args[0].trim() === '') refuseArgument('Number', '')
    return own(...args)
  } })
  defineProperty(ownNumber.prototype, 'constructor', { value: globalThis.Number, writable: true, configurable: true })

  // Both stop at what is no digit, and take what stands before it: 1 of 1,500, 5 of 5e-7.
  const isWhole = (text, radix) => {
    const base = radix === undefined || radix === 0 ? (/^[+-]?0x/i.test(text) ? 16 : 10) : radix
    const digits = text.replace(/^[+-]/, '').replace(base === 16 ? /^0x/i : '', '')
    return [...digits].every((digit) => parseDigit(digit, base) === parseDigit(digit, base))
  }
  const parseDigit = globalThis.parseInt
  for (const owner of [globalThis, ownNumber]) {
    surround(owner, 'parseInt', (own, self, args) => {
      const parsed = own(...args)
      const isCut = typeof args[0] === 'string' ? !isWhole(args[0].trim(), args[1]) : typeof args[0] === 'number' && parsed !== Math.trunc(args[0])
      if (parsed === parsed && isCut) throw new TypeError('parseInt takes ' + String(args[0]).slice(0, 40) + ' for ' + parsed + ': Number(a) is the whole of it, Math.trunc(a) without its decimals')
      return parsed
    })
    surround(owner, 'parseFloat', (own, self, args) => {
      const parsed = own(...args)
      const isCut = typeof args[0] === 'string' && ownNumber(args[0]) !== parsed
      if (parsed === parsed && isCut) throw new TypeError('parseFloat takes ' + args[0].slice(0, 40) + ' for ' + parsed + ': Number(a) is of texts that are a number and nothing else, as 1500 and 1.5')
      return parsed
    })
  }

  const remainder = (a, b) => {
    const rest = a % b
    if (rest !== 0 && rest < 0 !== b < 0) {
      throw new TypeError('of numbers of two signs NumPy takes another remainder than JavaScript, whose ' + a + ' % ' + b + ' is ' + rest + ': a - b * Math.floor(a / b) is NumPy\'s')
    }
    return rest
  }

  const assertTruth = (value) => {
    if (value !== value) throw new TypeError('NaN is neither true nor false (NumPy takes it for true, JavaScript for false): Number.isNaN(a) asks for it')
    if (isArray(value) && value.length === 0) throw new TypeError('an empty list is true here and false in Python: a.length > 0 asks whether it has any')
    if ((value instanceof Set || value instanceof Map) && value.size === 0) throw new TypeError('an empty Set or Map is true here and false in Python: a.size > 0 asks whether it has any')
    if (typeof value === 'object' && value !== null && getPrototypeOf(value) === Object.prototype && Reflect.ownKeys(value).length === 0) {
      throw new TypeError('an empty object is true here and false in Python: Object.keys(a).length > 0 asks whether it has any')
    }
    return value
  }

  const assertKey = (key) => {
    if (isArray(key)) throw new TypeError('brackets take one number, not a list: x.rows([0, 2]) takes rows of a tensor, x.cols([0, 2]) columns, [0, 2].map((i) => a[i]) items of a list')
  }
  const assertNoHole = (value) => {
    if (isTensor(value)) throw new TypeError('a tensor cannot be changed in place: rows([…]) and cols(…) take what is to stay')
    if (isArray(value)) throw new TypeError('delete leaves a hole in a list: a.splice(i, 1) takes item i out')
    return value
  }
  const assertNames = (value) => {
    if (isArray(value)) throw new TypeError('"in" goes through the places of a list, as texts: for (const item of a) goes through its items')
    return value
  }
  const assertHolder = (value) => {
    if (isArray(value)) throw new TypeError('"in" looks for a place in a list, not for an item: a.includes(item)')
    return value
  }
  /** Where an item is put; a place far behind the end would leave holes before it. */
  const assertPlace = (list, place) => {
    if (!isArray(list) || typeof place !== 'number' || !(place > list.length)) return
    throw new RangeError('the list has ' + list.length + ' items, and place ' + place + ' would leave holes before it: a.push(item) puts one at its end, new Array(n).fill(0) makes a list of n')
  }
  const assertLength = (value) => {
    if (typeof value === 'number') return value
    if (isTensor(value)) throw new TypeError('a tensor is no length: Array.from(x) makes a list of its rows, x.shape[0] is their number')
    throw new TypeError('Array(n) makes a list of n places: a list of one item is [a], a copy of a list [...a]')
  }

  /** JavaScript counts in 32 bits, Python in as many as it takes. */
  const assertBits = (operator, a, b) => {
    if (operator === '^' && typeof a === 'number' && typeof b === 'number') {
      throw new TypeError('a ^ b is no power here, but the bits that one of two has: ' + a + ' ** ' + b + ' is a power')
    }
    const isShort = (value) => typeof value !== 'number' || (value | 0) === Math.trunc(value)
    const isShift = operator === '<<' || operator === '>>' || operator === '>>>'
    const isFit = isShort(a) && isShort(b) && !(isShift && (b < 0 || b > 31)) && !(operator === '<<' && typeof a === 'number' && (a << b) !== Math.trunc(a) * 2 ** Math.trunc(b))
    if (!isFit) throw new TypeError('bit operators count in 32 bits, and ' + a + ' ' + operator + ' ' + b + ' does not: a * 2 ** b, Math.floor(a / 2 ** b) and % have no such end')
  }

  const assertOrder = (compare) => (typeof compare !== 'function' ? compare : (a, b) => {
    const order = compare(a, b)
    if (typeof order === 'boolean' || order === undefined || order !== order) {
      throw new TypeError('what puts a list in order is a number, below 0 where the first comes first: (a, b) => a - b, not ' + String(order))
    }
    return order
  })
  const inOrder = 'only numbers, or only texts, have an order of their own: a.sort((p, q) => p[0] - q[0]) says which one is meant'
  const ascending = (a, b) => (a < b ? -1 : a > b ? 1 : (a !== a ? 1 : 0) - (b !== b ? 1 : 0))
  const sortAs = (own) => (_, list, args) => {
    if (own === sort && Object.isFrozen(list)) throw new TypeError('a shape and the listing\'s columns cannot be changed: a.toSorted() is a list of their items in order')
    if (args[0] !== undefined) return apply(own, list, [assertOrder(args[0])])
    const types = new Set(list.map((item) => typeof item))
    types.delete('undefined')
    if (list.some((item) => isTensor(item))) throw new TypeError('a tensor\'s cells are put in order by its own sort: x.sort() is in rising order, x.sort().slice([null, null, -1]) in falling')
    if (types.size > 1 || (types.size === 1 && !types.has('number') && !types.has('string'))) throw new TypeError(inOrder)
    return apply(own, list, types.has('number') ? [ascending] : [])
  }
  surround(Array.prototype, 'sort', sortAs(sort))
  surround(Array.prototype, 'toSorted', sortAs(toSorted))

  // What is no item of a list. -1 is also what indexOf finds of what is not there: that is not to be the last item. Getters, as a Proxy
  // behind all lists would slow each item put into one.
  const refuseMember = (prototype, name, why) => {
    const refuse = () => { throw new TypeError(why) }
    if (!(name in prototype)) defineProperty(prototype, name, { get: refuse, set: refuse, configurable: true })
  }
  for (let i = 1; i <= 100; i++) {
    refuseMember(Array.prototype, '-' + i, 'a list has no place -' + i + ': a.at(-' + i + ') counts from its end')
    refuseMember(String.prototype, '-' + i, 'a text has no place -' + i + ': a.at(-' + i + ') counts from its end')
  }
  // ["no", "yes"][a > b], as in Python.
  for (const truth of [false, true]) {
    for (const prototype of [Array.prototype, String.prototype]) {
      defineProperty(prototype, String(truth), { get() { return this[truth ? 1 : 0] }, configurable: true })
    }
  }
  for (const name of methods) {
    refuseMember(Array.prototype, name, "a plain list has no '" + name + "', a tensor has: a.length is a list's length, a.reduce((p, q) => p + q) its sum")
  }
  for (const name of methods) {
    refuseMember(Number.prototype, name, "a plain number has no '" + name + "', a tensor has")
    refuseMember(Boolean.prototype, name, "a plain truth has no '" + name + "', a tensor has: beside null or undefined a tensor is no condition, but true or false as a whole, and no cell is ever missing")
  }
  /** As == of lists: item by item. */
  const placeOf = (name, list, item) => {
    const places = [...list.keys()].filter((i) => equals(list[i], item))
    const place = places.length === 0 ? -1 : places.at(name === 'lastIndexOf' ? -1 : 0)
    return name === 'includes' ? place !== -1 : place
  }
  /** The host's own lists count from their end too, as tuples do, and nothing is changed in them. */
  const countFromEnd = (list) => {
    const { length } = list
    for (let i = 0; i < length; i++) defineProperty(list, i - length, { value: list[i] })
    return freeze(list)
  }

  const isColumn = (name) => columns.includes(name)
  const assertFound = (list, item, found) => {
    if (found !== -1 || typeof item !== 'string' || list.length === 0 || isColumn(item) || !list.every(isColumn)) return
    throw new RangeError('there is no column ' + JSON.stringify(item.slice(0, 100)) + ': they are ' + columns.slice(0, 20).join(', ') + '; listing.columns.includes(name) asks whether there is')
  }

  // What is compiled while the script runs has JavaScript's own operators, which know no tensors.
  const refuseCode = () => { throw new TypeError('a script runs as it is written: eval and Function make no more of it') }
  globalThis.eval = refuseCode
  const noFunction = new Proxy(Function, { apply: refuseCode, construct: refuseCode })
  globalThis.Function = noFunction
  for (const sample of [function () {}, function* () {}, async function () {}, async function* () {}]) {
    defineProperty(getPrototypeOf(sample), 'constructor', { value: noFunction, writable: true, configurable: true })
  }

  return {
    assertCountable, equals, power, remainder, assertTruth, assertKey, assertNoHole, assertNames, assertHolder, assertLength, assertPlace, placeOf, assertFound, assertBits, countFromEnd,
  }
})`
