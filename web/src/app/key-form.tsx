import { type FormEvent, useId } from 'react';
import { useServices } from '../client/services.ts';

/** Asks for an API key when the server has refused the last request. */
export function KeyForm({ reason }: { readonly reason: string }) {
  const { access } = useServices();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string' && key.trim()) access.enter(key.trim());
  };
  return (
    <form className="key-form" onSubmit={submit}>
      <h1>This server needs an API key</h1>
      <p role="alert">{reason}</p>
      <label htmlFor={id}>API key</label>
      <input id={id} name="key" type="password" autoComplete="off" required />
      <button type="submit">Open</button>
      <p>Only this tab keeps the key, until you close it.</p>
    </form>
  );
}
