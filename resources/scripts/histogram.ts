// A histogram of encrypted wages: the seller says of each worker on which side of an edge the wage lies, not what it is. Each edge costs a
// comparison a worker, shared by the two bars beside it; the counts are known when the comparisons are.
const wage = data.col('wage')
const edges = [5, 10, 15, 20]
const above = edges.map((edge) => (wage >= edge).sum())

export default {
  edges,
  counts: [listing.rows - above[0], above[0] - above[1], above[1] - above[2], above[2] - above[3], above[3]],
}
