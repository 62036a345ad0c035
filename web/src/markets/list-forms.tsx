import { type FormEvent, type KeyboardEvent, useId } from 'react';

/** Asks for the name of a list. */
export function NameForm(props: {
  readonly label: string;
  readonly name: string;
  readonly onSave: (name: string) => void;
  readonly onCancel: () => void;
}) {
  const { label, name, onSave, onCancel } = props;
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget).get('name');
    if (typeof entered === 'string' && entered.trim()) onSave(entered.trim());
  };
  return (
    <form className="list-bar" onSubmit={submit} onKeyDown={onEscape(onCancel)}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name="name"
        defaultValue={name}
        maxLength={60}
        required
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: the user has just asked for this form.
        autoFocus
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <button type="submit">Save</button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </form>
  );
}

/** Asks before a list is deleted. */
export function DeleteForm(props: {
  readonly name: string;
  readonly count: number;
  readonly onDelete: () => void;
  readonly onCancel: () => void;
}) {
  const { name, count, onDelete, onCancel } = props;
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onDelete();
  };
  return (
    <form className="list-bar" aria-label="Delete this list" onSubmit={submit} onKeyDown={onEscape(onCancel)}>
      <p>
        Delete {name} with {count === 1 ? 'its market' : `its ${count} markets`}?
      </p>
      <button type="submit">Delete</button>
      {/* biome-ignore lint/a11y/noAutofocus: the user has just asked for this form. */}
      <button type="button" onClick={onCancel} autoFocus>
        Cancel
      </button>
    </form>
  );
}

function onEscape(cancel: () => void): (event: KeyboardEvent) => void {
  return ({ key }) => {
    if (key === 'Escape') cancel();
  };
}
