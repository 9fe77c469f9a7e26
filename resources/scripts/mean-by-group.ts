// Count and mean by group, without seeing who is in which. It takes a 0/1 column for the group and second moments of it and the value:
// their product is the wage of those with a 1, here the workers outside a union, and 0 for everyone else.
const outside = data.col('union')
const wage = data.col('wage')
const wageOutside = outside * wage

const others = outside.sum()
const members = listing.rows - others
const meanOfOthers = wageOutside.sum() / others
const meanOfMembers = (wage.sum() - wageOutside.sum()) / members

export default { members, others, meanOfMembers, meanOfOthers, premium: meanOfMembers / meanOfOthers - 1 }
