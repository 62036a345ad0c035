import { useId, useRef, useState } from 'react';
import { useStore } from '../../base/store.ts';
import { useServices } from '../../client/services.ts';

interface ExchangePickerProps {
  readonly current: string;
  /** The exchanges of the server. */
  readonly all: readonly string[];
  readonly chosen: readonly string[];
  readonly onPick: (ids: readonly string[]) => void;
}

/** A button that opens a list of the server's exchanges. The current one is always chosen. */
export function ExchangePicker({ current, all, chosen, onPick }: ExchangePickerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const byId = useStore(useServices().exchanges.byId);
  const [text, setText] = useState('');
  const nameOf = (id: string): string => byId?.get(id)?.name ?? id;
  const matches = all.filter((id) => `${id} ${nameOf(id)}`.toLowerCase().includes(text.trim().toLowerCase()));
  const toggle = (id: string): void =>
    onPick(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Choose exchanges
      </button>
      <dialog className="exchange-picker" ref={dialog} aria-labelledby={titleId}>
        <h2 id={titleId}>Compare with</h2>
        <input
          type="search"
          aria-label="Filter exchanges"
          placeholder="Filter"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <ul>
          {matches.map((id) => (
            <li key={id}>
              <label>
                <input
                  type="checkbox"
                  checked={chosen.includes(id)}
                  disabled={id === current}
                  onChange={() => toggle(id)}
                />
                {nameOf(id)} {byId?.get(id)?.simulated && <span className="made-up">made up</span>}
              </label>
            </li>
          ))}
        </ul>
        <button type="button" onClick={() => dialog.current?.close()}>
          Done
        </button>
      </dialog>
    </>
  );
}
