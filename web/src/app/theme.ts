import { Saved } from '../base/saved.ts';
import { Store } from '../base/store.ts';

/** `system` follows the browser. */
export type Theme = 'system' | 'dark' | 'light';

export const themes: readonly Theme[] = ['system', 'dark', 'light'];

/** The colours of the page, which the browser keeps. */
export class ThemeChoice {
  readonly theme: Store<Theme>;
  readonly #saved = new Saved('theme', (value) => themes.find((theme) => theme === value) ?? null);
  readonly #root: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.theme = new Store<Theme>(this.#saved.read() ?? 'system');
    this.#apply();
  }

  choose(theme: Theme): void {
    this.theme.set(theme);
    this.#saved.write(theme);
    this.#apply();
  }

  /** styles/tokens.css has the colours by this attribute. first-paint.js sets it before this file is loaded. */
  #apply(): void {
    this.#root.dataset.theme = this.theme.get();
  }
}
