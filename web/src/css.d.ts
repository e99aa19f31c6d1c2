import 'react';

// Custom properties in `style`: how a component hands a state's colour to its stylesheet.
declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
