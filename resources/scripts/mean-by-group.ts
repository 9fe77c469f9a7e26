// Count and mean by group, without seeing who is in which. It takes a 0/1 column for the group and second moments of it and the value:
// their product is the wage of members and 0 for everyone else.
const member = data.col('union')
const wage = data.col('wage')
const wageOfMembers = member * wage

const members = member.sum()
const others = listing.rows - members
const meanOfMembers = wageOfMembers.sum() / members
const meanOfOthers = (wage.sum() - wageOfMembers.sum()) / others

export default { members, others, meanOfMembers, meanOfOthers, premium: meanOfMembers / meanOfOthers - 1 }
