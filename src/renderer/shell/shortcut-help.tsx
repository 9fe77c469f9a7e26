import { Modal } from '@mantine/core'
import { allDestinations } from '../app/navigation.tsx'
import { Facts } from '../ui/page.tsx'

const Keys = ({ of }: { readonly of: readonly string[] }) => <span className="row end">{of.map((key) => <kbd key={key}>{key}</kbd>)}</span>

export const ShortcutHelp = ({ onClose }: { readonly onClose: () => void }) => (
  <Modal opened onClose={onClose} title="Keyboard" size={440} closeButtonProps={{ 'aria-label': 'Close' }}>
    <Facts of={[
      ['Find or do', <Keys key="find" of={['Ctrl', 'K']} />],
      ['Run the script on test data', <Keys key="run" of={['Ctrl', 'Enter']} />],
      ['This help', <Keys key="help" of={['?']} />],
      ...allDestinations.map(({ title, letter }) => [`Go to ${title}`, <Keys key={title} of={['g', letter]} />] as const),
    ]} />
  </Modal>
)
