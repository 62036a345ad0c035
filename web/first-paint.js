// Sets the colours that the browser keeps, before anything is painted: the page itself comes a moment later, and there
// src/app/theme.ts takes over. vite.config.ts puts this file into the page.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('tickql.theme') ?? '"system"');
} catch {
  // Without storage, the colours follow the browser.
}
