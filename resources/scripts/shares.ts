// How many, and which share: the sum of a 0/1 column counts its ones, its mean is their share. Works on any listing.
// The sample's `union` is 0 for members and 1 for all others, as its description says: turn it round first.
const members = 1 - data.col('union')
const southern = data.col('south')

export default {
  workers: listing.rows,
  members: members.sum(),
  memberShare: members.mean(),
  memberPercent: members.mean() * 100,
  southernShare: southern.mean(),
}
