const fields = 'input, textarea, select, [contenteditable]';

/** `/`, except where it is written into a field; Ctrl or ⌘ with K everywhere. */
export function isSearchKey({ key, ctrlKey, metaKey, altKey, target, defaultPrevented }: KeyboardEvent): boolean {
  // Another button of the page has opened the search already.
  if (defaultPrevented) return false;
  if (ctrlKey || metaKey) return key.toLowerCase() === 'k' && !altKey;
  return key === '/' && !(target instanceof Element && target.closest(fields));
}
