import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';

/** What else the server has, and what one needs once in a while. */
export function AppFooter() {
  const { access } = useServices();
  const isOpen = useStore(access.state).kind === 'open';
  // The page is loaded again, so that nothing is left of what the key has opened.
  const forget = (): void => {
    access.forget();
    location.reload();
  };
  return (
    <footer className="app-footer">
      <a href="./graphql">GraphiQL</a>
      <a href="./api">REST API</a>
      <a href="https://www.tradingview.com/" rel="noreferrer">
        Charts by TradingView Lightweight Charts
      </a>
      {isOpen && access.authorization !== null && (
        <button type="button" onClick={forget}>
          Forget the API key
        </button>
      )}
    </footer>
  );
}
