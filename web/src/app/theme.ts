import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const bronze: MantineColorsTuple = [
  '#fbf3ec', '#f4e3d5', '#eac5a8', '#e8a778', '#d98d57', '#c97840', '#ad5f2a', '#99501f', '#814117',
  '#66330f',
];
const dark: MantineColorsTuple = [
  '#eae8e5', '#c4c1bc', '#a8a5a0', '#7d7b77', '#3e4044', '#2f3033', '#242527', '#1b1c1e', '#161718',
  '#121213',
];
const gray: MantineColorsTuple = [
  '#f8f7f5', '#f1efec', '#e8e5e0', '#dbd7d1', '#cbc7bf', '#a39e96', '#7d7871', '#5f5b55', '#3a3733',
  '#1d1b19',
];

export const theme = createTheme({
  fontFamily: 'var(--font-body)',
  primaryColor: 'bronze',
  primaryShade: { light: 7, dark: 6 },
  colors: { bronze, dark, gray },
  black: '#1d1b19',
  autoContrast: true,
  luminanceThreshold: 0.2,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  spacing: { xs: '6px', sm: '10px', md: '16px', lg: '22px', xl: '32px' },
  radius: { xs: '3px', sm: '6px', md: '9px', lg: '14px', xl: '24px' },
  headings: {
    fontWeight: '620',
    sizes: { h1: { fontSize: '21px', lineHeight: '1.25' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } },
  },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: { defaultProps: { centered: true, radius: 'md' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close this notice' } } },
  },
});

/** Mantine's own surfaces take the tokens, so that its parts and ours are one design. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-dim)',
    '--mantine-color-placeholder': 'var(--ink-faint)',
    '--mantine-color-anchor': 'var(--accent-ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--danger)',
  };
  return { variables: {}, light: shared, dark: { ...shared, '--mantine-color-default': 'var(--surface-raised)' } };
};
