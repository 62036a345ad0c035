/** The only style sheet of the page. It is part of the page, so that the page requests nothing. */
export const style = `
:root { color-scheme: light dark; --line: #c8ccd2; --soft: #f3f4f6; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --line: #474b52; --soft: #22252a; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; background: Canvas; padding: 0.5rem; }
nav ul { columns: 18rem; padding-left: 1.2rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
article { margin-bottom: 3rem; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; }
pre, .path { background: var(--soft); padding: 0.5rem 0.75rem; overflow-x: auto; }
summary { cursor: pointer; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.5rem; border: 1px solid var(--line); overflow-wrap: normal; }
td:last-child { min-width: 16rem; }
tbody th { font-weight: 400; }
`;
