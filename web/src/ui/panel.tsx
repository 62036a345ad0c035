import { type ReactNode, useId } from 'react';

/** A part of a view, with its title and what belongs next to it. */
export function Panel(props: { readonly title: string; readonly extra?: ReactNode; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header className="panel-header">
        <h2 id={id}>{props.title}</h2>
        {props.extra}
      </header>
      {props.children}
    </section>
  );
}
