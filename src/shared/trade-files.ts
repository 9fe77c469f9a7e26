/** What a trade leaves behind and the desktop's packages open with this program: a receipt, and an answer with its receipt. */
export const tradeFileEndings = ['hereceipt', 'heresult'] as const

const pattern = new RegExp(`\\.(?:${tradeFileEndings.join('|')})$`, 'i')

export const isTradeFileName = (name: string): boolean => pattern.test(name)
