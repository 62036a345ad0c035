import { Saved } from '../base/saved.ts';
import { Store } from '../base/store.ts';

/** `system` follows the browser. */
export type Theme = 'system' | 'dark' | 'light';

export const themes: readonly Theme[] = ['system', 'dark', 'light'];

/** The colours of the page, which the browser keeps. */
export class ThemeChoice {
  readonly theme: Store<Theme>;
  readonly #saved = new Saved('theme', (value) => themes.find((theme) => theme === value) ?? null);

  constructor() {
    this.theme = new Store<Theme>(this.#saved.read() ?? 'system');
    this.#apply();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#apply());
  }

  choose(theme: Theme): void {
    this.theme.set(theme);
    this.#saved.write(theme);
    this.#apply();
  }

  /** styles/tokens.css has the colours by this attribute. first-paint.js has set it before this file was loaded. */
  #apply(): void {
    const root = document.documentElement;
    root.dataset.theme = this.theme.get();
    // The colour of the browser's own bar on phones: that of the header.
    const colour = getComputedStyle(root).getPropertyValue('--surface');
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', colour);
  }
}
