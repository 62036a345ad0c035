/**
 * The folders of web/src, each with the others that it imports from; '.' are the files directly in it. Every import
 * between two folders must be listed here, and every import listed must exist.
 */
export const pageRooms: Readonly<Record<string, readonly string[]>> = {
  styles: [],
  base: [],
  format: [],
  address: ['base'],
  lists: ['base'],
  client: ['base', 'lists'],
  ui: ['address', 'base', 'client', 'format'],
  markets: ['address', 'base', 'client', 'format', 'lists', 'ui'],
  screen: ['address', 'base', 'client', 'format', 'ui'],
  search: ['address', 'base', 'client', 'ui'],
  market: ['address', 'base', 'client', 'format', 'ui'],
  app: ['address', 'base', 'client', 'format', 'market', 'markets', 'screen', 'search'],
  '.': ['app', 'client', 'lists', 'styles'],
};
