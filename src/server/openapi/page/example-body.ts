import type { MediaTypeObject } from '../document/open-api.ts';
import { type Html, html } from './html.ts';
import { toReadableJson } from './readable-json.ts';

/** The example of a body, which the reader unfolds; null if there is none. */
export function toExampleBody(mediaType: string, { example }: MediaTypeObject): Html | null {
  if (example === undefined) return null;
  const text = typeof example === 'string' ? example : toReadableJson(example);
  return html`<details><summary>Example of ${mediaType}</summary>
<pre tabindex="0"><code>${text}</code></pre>
</details>
`;
}
