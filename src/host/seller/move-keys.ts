/**
 * The outbox's keys of the seller's moves for one request. By its hash too, for the number may have been another purchase's before a
 * reorganisation, and have had that one's moves.
 */
export const deliverKey = (purchase: bigint, requestHash: string): string => `purchase:${purchase}:deliver:${requestHash}`
export const declineKey = (purchase: bigint, requestHash: string): string => `purchase:${purchase}:decline:${requestHash}`
