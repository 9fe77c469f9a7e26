import { createTheme, type MantineColorsTuple } from '@mantine/core'

const accent: MantineColorsTuple = [
  '#e9eefb', '#d3defa', '#adc3ff', '#8fb0ff', '#6f97f6', '#4f7ae8', '#3a66da', '#2b55c9', '#2448ad', '#1c3a8e',
]

/** Mantine's parts in the instrument's proportions: an 8-pixel grid, 32-pixel controls, hairlines, one accent. */
export const theme = createTheme({
  colors: { accent },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: "'Inter', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  defaultRadius: '6px',
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'filled' }, styles: { root: { height: 32, fontSize: 13, fontWeight: 500 } } },
    TextInput: { defaultProps: { size: 'xs' }, styles: { input: { height: 32, fontSize: 13 }, label: { marginBottom: 4 } } },
    PasswordInput: { defaultProps: { size: 'xs' }, styles: { input: { height: 32, fontSize: 13 }, label: { marginBottom: 4 } } },
    NumberInput: { defaultProps: { size: 'xs' }, styles: { input: { height: 32, fontSize: 13 }, label: { marginBottom: 4 } } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false }, styles: { input: { height: 32, fontSize: 13 }, label: { marginBottom: 4 } } },
    Textarea: { defaultProps: { size: 'xs' }, styles: { input: { fontSize: 13 }, label: { marginBottom: 4 } } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: false } },
    Modal: { defaultProps: { radius: 10, centered: true, overlayProps: { backgroundOpacity: 0.32 }, transitionProps: { duration: 120 } } },
  },
})
