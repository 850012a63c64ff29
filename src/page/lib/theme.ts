import { signal } from '@preact/signals';
import { type ColourName, channels, type Rgb, type Theme } from '../../insight/figures/drawing/colours.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');
/** Counts changes between light and dark. Drawing code reads it to draw again. */
export const palette = signal(0);
dark.addEventListener('change', () => {
  palette.value++;
});

/** The colours of the style sheet now. */
export const theme: Theme = {
  get isDark() {
    return dark.matches;
  },
  colour,
};

export function colour(name: ColourName): string {
  palette.value;
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const rgb = (name: ColourName): Rgb => channels(colour(name));
