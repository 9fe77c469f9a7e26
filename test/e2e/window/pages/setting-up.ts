import type { WindowPage } from './window-page.ts'

export interface NetworkEntry {
  readonly name: string
  readonly rpcUrl: string
  readonly chainId: number
  readonly contract: string
}

/** The first run with a wallet and a network of one's own. */
export const createSettingUp = ({ page, press }: WindowPage) => {
  const nameNetwork = async ({ name, rpcUrl, chainId, contract }: NetworkEntry): Promise<void> => {
    await page.getByLabel('Name', { exact: false }).first().fill(name)
    await page.getByLabel('Chain id').fill(String(chainId))
    await page.getByLabel('Node’s address').fill(rpcUrl)
    await page.getByLabel('Market contract').fill(contract)
    await press('Use this network')
  }
  return {
    bringWallet: async (privateKey: string): Promise<void> => {
      await press('Set up with my own wallet and network')
      await page.getByText('Bring one along').click()
      await page.getByRole('radiogroup', { name: 'Import from' }).getByText('Private key').click()
      await page.getByLabel('Private key', { exact: true }).last().fill(privateKey)
      await press('Import')
      await page.getByRole('heading', { name: 'Which network?' }).waitFor()
    },
    nameNetwork,
    addNetworkInSettings: async (network: NetworkEntry): Promise<void> => {
      await press('Add one…')
      await nameNetwork(network)
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    },
    beginBySelling: async (): Promise<void> => {
      await page.getByRole('button', { name: /Sell answers/ }).click()
    },
    beginByBuying: async (): Promise<void> => {
      await page.getByRole('button', { name: /Buy an answer/ }).click()
    },
  }
}
