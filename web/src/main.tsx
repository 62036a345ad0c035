import './styles/tokens.css';
import './styles/page.css';
import './styles/table.css';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app/app.tsx';
import { ThemeChoice } from './app/theme.ts';
import { Access } from './client/access.ts';
import { Connection } from './client/connection.ts';
import { createUrql } from './client/create-urql.ts';
import { Exchanges } from './client/exchanges.ts';
import { explainLoss } from './client/explain-loss.ts';
import { ServerClock } from './client/server-clock.ts';
import { type Services, ServicesContext } from './client/services.ts';
import { createSocketClient } from './client/socket-client.ts';
import { createSavedLists } from './lists/kept-lists.ts';
import { WatchLists } from './lists/watch-lists.ts';

// Relative, so that the page works behind a proxy that serves it under a path.
const url = new URL('graphql', document.baseURI).href;
const readyUrl = new URL('ready', document.baseURI).href;

const themes = new ThemeChoice();
const access = new Access();
const connection = new Connection();
const clock = new ServerClock();
const socketClient = createSocketClient({
  url: url.replace(/^http/, 'ws'),
  access,
  connection,
  explain: () => explainLoss(readyUrl),
});
const client = createUrql({ url, socketClient, access, clock });
const exchanges = new Exchanges(client);
const lists = new WatchLists(createSavedLists());
// Another tab has changed what the browser keeps.
addEventListener('storage', () => lists.reload());
const services: Services = { client, access, connection, clock, exchanges, lists };

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <ServicesContext value={services}>
    <Provider value={client}>
      <App themes={themes} />
    </Provider>
  </ServicesContext>,
);
