/** The colours of the page that the chart is drawn with: those of styles/tokens.css. */
export interface ChartColors {
  readonly surface: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly up: string;
  readonly down: string;
  readonly upTint: string;
  readonly downTint: string;
  readonly fontFamily: string;
}

export function readColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: token('surface'),
    line: token('line'),
    text: token('text'),
    muted: token('muted'),
    accent: token('accent'),
    up: token('up'),
    down: token('down'),
    upTint: token('up-tint'),
    downTint: token('down-tint'),
    fontFamily: style.fontFamily,
  };
}

/** Tells when the colours have changed, by the page's switch or by the system's. Returns what ends it. */
export function watchColors(onChange: (colors: ChartColors) => void): () => void {
  const read = (): void => onChange(readColors());
  const observer = new MutationObserver(read);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', read);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', read);
  };
}
