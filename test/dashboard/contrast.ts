import type { Page } from 'playwright-core';

/**
 * Texts of a page with too little contrast by the Web Content Accessibility Guidelines 2.2, criterion 1.4.3, level AA: less than 4.5 to 1, or
 * 3 to 1 for large text. Disabled controls are exempt.
 */
export const faintTexts = (page: Page): Promise<readonly string[]> =>
  page.evaluate<string[]>(`(() => {
    const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const channels = (css) => {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = css;
      paint.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const contrast = (a, b) => {
      const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
      return (high + 0.05) / (low + 0.05);
    };
    const faint = [];
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join(' ').trim();
      if (text === '' || !element.checkVisibility() || element.closest(':disabled, script, style')) continue;
      const path = [];
      for (let one = element; one; one = one.parentElement) path.unshift(getComputedStyle(one));
      const behind = path.reduce((under, { backgroundColor }) => over(channels(backgroundColor), under), [255, 255, 255, 1]);
      const opacity = path.reduce((product, one) => product * Number(one.opacity), 1);
      const style = path.at(-1);
      const [r, g, b, a] = channels(style.color);
      const seen = contrast(over([r, g, b, a * opacity], behind), behind);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (seen < (large ? 3 : 4.5)) faint.push(text.slice(0, 40) + ': ' + seen.toFixed(2) + ' ' + style.color + ' ' + element.className);
    }
    return [...new Set(faint)];
  })()`);
