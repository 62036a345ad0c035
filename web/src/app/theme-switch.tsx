import { useStore } from '../base/store.ts';
import { Segmented } from '../ui/segmented.tsx';
import type { Theme, ThemeChoice } from './theme.ts';

const options: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: 'system', label: 'Auto' },
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
];

export function ThemeSwitch({ themes }: { readonly themes: ThemeChoice }) {
  const theme = useStore(themes.theme);
  return <Segmented label="Colours" options={options} value={theme} onChange={(chosen) => themes.choose(chosen)} />;
}
