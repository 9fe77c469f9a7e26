// Loaded before the program: its clock is off by so many milliseconds, wherever it looks at one.
const shift = Number(process.env['HESYSTEM_TEST_CLOCK_SHIFT'])
const Machine = Date
const readClock = (): number => Machine.now() + shift
globalThis.Date = new Proxy(Machine, {
  construct: (target, args: unknown[], self) => Reflect.construct(target, args.length === 0 ? [readClock()] : args, self) as object,
  apply: () => new Machine(readClock()).toString(),
  get: (target, key, self) => (key === 'now' ? readClock : Reflect.get(target, key, self) as unknown),
})

export {}
