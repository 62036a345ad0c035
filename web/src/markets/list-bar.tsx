import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import { home, type Sorting } from '../address/address.ts';
import { openView, replaceView } from '../address/use-view.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import type { WatchList } from '../lists/watch-list.ts';
import { DeleteForm, NameForm } from './list-forms.tsx';
import type { ShownList } from './shown-list.ts';

type Form = 'none' | 'new' | 'rename' | 'delete';

/** Chooses, creates, renames and deletes lists. A list that came with a link can be kept. */
export function ListBar(props: {
  readonly shown: ShownList;
  readonly sorting: Sorting | null;
  readonly isEditing: boolean;
  readonly onEditing: (isEditing: boolean) => void;
}) {
  const { shown, sorting, isEditing, onEditing } = props;
  const { lists } = useServices();
  const [form, setForm] = useState<Form>('none');
  const { name, markets } = shown.list;
  const select = useRef<HTMLSelectElement>(null);
  const wantsFocus = useRef(false);
  // The button or the form that had the focus is gone.
  useEffect(() => {
    if (!wantsFocus.current || !select.current) return;
    wantsFocus.current = false;
    select.current.focus();
  });
  const close = (): void => {
    wantsFocus.current = true;
    setForm('none');
  };
  const show = (list: WatchList | null): void => {
    close();
    if (list) openView({ kind: 'markets', ...list, sorting });
  };

  if (form === 'delete') {
    const remove = (): void => {
      lists.delete();
      close();
      replaceView(home);
    };
    return <DeleteForm name={name} count={markets.length} onDelete={remove} onCancel={close} />;
  }
  if (form !== 'none') {
    const save = (chosen: string): void => {
      if (form === 'new') show(lists.find(lists.create(chosen, [])));
      else replaceView({ kind: 'markets', name: lists.rename(chosen), markets, sorting });
      close();
    };
    return (
      <NameForm
        label={form === 'new' ? 'Name of the new list' : 'New name'}
        name={form === 'new' ? '' : name}
        onSave={save}
        onCancel={close}
      />
    );
  }
  return (
    <div className="list-bar">
      <ListSelect select={select} shown={shown} onChoose={(chosen) => show(lists.find(chosen))} />
      {shown.isKept ? (
        <>
          <button type="button" aria-pressed={isEditing} onClick={() => onEditing(!isEditing)}>
            {isEditing ? 'Done' : 'Edit'}
          </button>
          <button type="button" onClick={() => setForm('rename')}>
            Rename
          </button>
          <button type="button" onClick={() => setForm('delete')}>
            Delete
          </button>
        </>
      ) : (
        <button type="button" onClick={() => show(lists.find(lists.create(name, markets)))}>
          Keep this list
        </button>
      )}
      <button type="button" onClick={() => setForm('new')}>
        New list
      </button>
    </div>
  );
}

/** The lists of this browser, and the one that came with a link. */
function ListSelect(props: {
  readonly select: RefObject<HTMLSelectElement | null>;
  readonly shown: ShownList;
  readonly onChoose: (name: string) => void;
}) {
  const { select, shown, onChoose } = props;
  const { lists } = useStore(useServices().lists.kept);
  const id = useId();
  const fromLink = 'from a link';
  return (
    <>
      <label htmlFor={id} className="visually-hidden">
        List
      </label>
      <select
        ref={select}
        id={id}
        value={shown.isKept ? `list ${shown.list.name}` : fromLink}
        onChange={({ target }) => onChoose(target.value.replace(/^list /, ''))}
      >
        {!shown.isKept && (
          <option value={fromLink} disabled>
            {shown.list.name} (from a link)
          </option>
        )}
        {lists.map(({ name }) => (
          <option key={name} value={`list ${name}`}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}
