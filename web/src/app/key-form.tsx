import { type FormEvent, useId } from 'react';
import { useServices } from '../client/services.ts';
import './key-form.css';

/** Asks for an API key when the server has refused the last request, and says why it did: first in plain words. */
export function KeyForm({ reason }: { readonly reason: string }) {
  const { access } = useServices();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string') access.enter(key.trim());
  };
  const lead = access.authorization === null ? 'This server needs an API key.' : 'The server does not accept this key.';
  return (
    <form className="key-form" onSubmit={submit}>
      <div role="alert">
        <h1 id={`${id}-lead`}>{lead}</h1>
      </div>
      <label htmlFor={id}>API key</label>
      <input
        id={id}
        name="key"
        type="password"
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: the form is all that the page shows, and this is its only field
        autoFocus
        required
        pattern="\s*[!-~]+\s*"
        title="A key has ASCII characters without spaces."
        aria-describedby={`${id}-lead ${id}-reason`}
      />
      <button type="submit">Open</button>
      <p className="key-reason" id={`${id}-reason`}>
        {reason}
      </p>
      <p className="muted">Only this tab keeps the key, until you close it.</p>
    </form>
  );
}
