/**
 * What every operation means, once. A node is a flat list of cells, each an affine form of the dataset's integers;
 * shapes, scales and names live with the tensor (state.ts). The algebras (integers.ts, affine.ts) give the cells a body.
 */
export type GraphNode =
  | InputNode
  | ProductNode
  | { readonly kind: 'constant'; readonly size: number; readonly values: readonly bigint[] }
  | { readonly kind: 'gather'; readonly size: number; readonly source: GraphNode; readonly cells: Int32Array }
  | ConcatNode
  | AddNode
  | { readonly kind: 'weigh'; readonly size: number; readonly source: GraphNode; readonly weights: readonly bigint[] }
  | { readonly kind: 'sum'; readonly size: number; readonly source: GraphNode; readonly group: number }
  | DotNode

/** Cells of the dataset (numbered column by column, as in a program), each times its column's factor. */
export interface InputNode {
  readonly kind: 'input'
  readonly size: number
  readonly rows: number
  readonly cells: Int32Array
  readonly factors: readonly bigint[]
}

/** Products that the key holder made (key-holder.ts): ciphertexts numbered behind the dataset's own. */
export interface ProductNode {
  readonly kind: 'product'
  readonly size: number
  readonly cells: Int32Array
  /** Of each the row it depends on, or why there is none (row-level.ts). */
  readonly rows: Int32Array
}

/** The sources' cells end to end, each source times its factor. */
export interface ConcatNode {
  readonly kind: 'concat'
  readonly size: number
  readonly sources: readonly GraphNode[]
  readonly factors: readonly bigint[]
}

/** leftFactor · left + rightFactor · right, cell by cell. */
export interface AddNode {
  readonly kind: 'add'
  readonly size: number
  readonly left: GraphNode
  readonly leftFactor: bigint
  readonly right: GraphNode
  readonly rightFactor: bigint
}

/** Cell (i, j) = Σₖ source(i, k) · weights(k, j), all row-major; `inner` is the range of k, `outer` that of j. */
export interface DotNode {
  readonly kind: 'dot'
  readonly size: number
  readonly source: GraphNode
  readonly inner: number
  readonly outer: number
  readonly weights: readonly bigint[]
}

/** One way to give nodes a value; `V` is a list of cells. A `sum` adds `group` ≥ 1 neighbours into one cell. */
export interface Algebra<V> {
  input(node: InputNode): V
  product(node: ProductNode): V
  constant(values: readonly bigint[]): V
  gather(source: V, cells: Int32Array): V
  concat(sources: readonly V[], node: ConcatNode): V
  add(left: V, right: V, node: AddNode): V
  weigh(source: V, weights: readonly bigint[]): V
  sum(source: V, group: number): V
  dot(source: V, node: DotNode): V
}

const sourcesOf = (node: GraphNode): readonly GraphNode[] => {
  switch (node.kind) {
    case 'input':
    case 'product':
    case 'constant':
      return []
    case 'concat':
      return node.sources
    case 'add':
      return [node.left, node.right]
    default:
      return [node.source]
  }
}

const evaluateNode = <V>(node: GraphNode, algebra: Algebra<V>, valueOf: (node: GraphNode) => V): V => {
  switch (node.kind) {
    case 'input':
      return algebra.input(node)
    case 'product':
      return algebra.product(node)
    case 'constant':
      return algebra.constant(node.values)
    case 'gather':
      return algebra.gather(valueOf(node.source), node.cells)
    case 'concat':
      return algebra.concat(node.sources.map(valueOf), node)
    case 'add':
      return algebra.add(valueOf(node.left), valueOf(node.right), node)
    case 'weigh':
      return algebra.weigh(valueOf(node.source), node.weights)
    case 'sum':
      return algebra.sum(valueOf(node.source), node.group)
    case 'dot':
      return algebra.dot(valueOf(node.source), node)
  }
}

/** Sources before users, each node once. A stack of our own: scripts can chain more operations than the call stack holds. */
const inOrder = (roots: readonly GraphNode[]): GraphNode[] => {
  const order: GraphNode[] = []
  const entered = new Set<GraphNode>()
  const done = new Set<GraphNode>()
  const stack = [...roots].reverse()
  while (stack.length > 0) {
    const node = stack.at(-1) as GraphNode
    if (done.has(node)) {
      stack.pop()
    } else if (entered.has(node)) {
      stack.pop()
      done.add(node)
      order.push(node)
    } else {
      entered.add(node)
      for (const source of sourcesOf(node)) if (!done.has(source)) stack.push(source)
    }
  }
  return order
}

/** Evaluates the roots, shared parts once; an intermediate value is let go after its last use. */
export const evaluateGraph = <V>(roots: readonly GraphNode[], algebra: Algebra<V>): V[] => {
  const order = inOrder(roots)
  const uses = new Map<GraphNode, number>()
  const count = (node: GraphNode): void => void uses.set(node, (uses.get(node) ?? 0) + 1)
  for (const node of order) sourcesOf(node).forEach(count)
  roots.forEach(count)
  const values = new Map<GraphNode, V>()
  for (const node of order) {
    values.set(node, evaluateNode(node, algebra, (source) => values.get(source) as V))
    for (const source of sourcesOf(node)) {
      const left = (uses.get(source) ?? 0) - 1
      uses.set(source, left)
      if (left === 0) values.delete(source)
    }
  }
  return roots.map((root) => values.get(root) as V)
}
