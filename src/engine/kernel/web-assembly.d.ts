/** The little of WebAssembly's interface that is used here: Node has it, its type package has not. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: object)
    readonly exports: unknown
  }
  class Memory {
    private constructor()
    readonly buffer: ArrayBuffer
    /** Adds pages of 64 KiB; throws a RangeError where there are none to be had. */
    grow(pages: number): number
  }
}
