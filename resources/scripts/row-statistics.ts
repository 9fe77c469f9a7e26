// What comparisons tell, where the listing sells row-level answers: every wage is decrypted, and all that is asked of it costs nothing
// more. Elsewhere the seller would have to compare, and the script says so.
const wage = data.col('wage').decrypted()
const edges = [0, 5, 10, 15, 20, 50]

export default {
  largest: wage.max(),
  smallest: wage.min(),
  whoEarnsMost: wage.argmax(),
  median: wage.median(),
  quartiles: [wage.quantile(0.25), wage.quantile(0.75)],
  shareAbove10: (wage > 10).mean(),
  histogram: edges.slice(1).map((upper, i) => ((wage >= edges[i]) * (wage < upper)).sum()),
}
