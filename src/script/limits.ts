/** What one run of a script may use up. */
export interface ScriptLimits {
  /**
   * The script's own time from the first statement to the answer, by the clock that its runner reads (run-script.ts): its thread's
   * processor time, so that by the wall's clock it is longer where others want the processor. Compiling and deriving come on top.
   */
  readonly deadlineMilliseconds: number
  /** All memory of the sandbox; at least 16 MiB, which the interpreter asks for at its start. */
  readonly memoryBytes: number
  /** Stack of the sandbox. Deeper recursion is an error in the script; much more would run into the host's own stack first. */
  readonly stackBytes: number
  /** Tensor operations: each keeps a node on the host's side, outside the sandbox's heap. */
  readonly calls: number
  /** Cells of all tensors the operations give, together. */
  readonly cells: number
  /** Sum of the lengths of all plain arguments as JSON: they too are kept on the host's side. */
  readonly argumentCharacters: number
  /** What console.log may write, in lines and in characters. */
  readonly logLines: number
  readonly logCharacters: number
}

export const defaultScriptLimits: ScriptLimits = {
  deadlineMilliseconds: 10_000,
  memoryBytes: 64 * 1024 * 1024,
  stackBytes: 128 * 1024,
  calls: 100_000,
  cells: 50_000_000,
  argumentCharacters: 32_000_000,
  logLines: 1_000,
  logCharacters: 64_000,
}
