import './styles.css';
import { createRoot } from 'react-dom/client';

createRoot(document.body).render(<p>TickQL</p>);
