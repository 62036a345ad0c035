import { useStore } from '../base/store.ts';
import { type Theme, type ThemeChoice, themes } from './theme.ts';

const labels: Readonly<Record<Theme, string>> = { system: 'Auto', dark: 'Dark', light: 'Light' };

/** Chooses the colours of the page. */
export function ThemeSelect({ choice }: { readonly choice: ThemeChoice }) {
  const chosen = useStore(choice.theme);
  return (
    <select
      aria-label="Colours"
      value={chosen}
      onChange={({ target }) => choice.choose(themes.find((theme) => theme === target.value) ?? 'system')}
    >
      {themes.map((theme) => (
        <option key={theme} value={theme}>
          {labels[theme]}
        </option>
      ))}
    </select>
  );
}
