import { Panel } from '../ui/panel.tsx';

/** What stands in the place of a panel while the exchange cannot be reached. It is as high as the panel. */
export function NoData(props: { readonly title: string; readonly className?: string }) {
  return (
    <Panel title={props.title}>
      <p className={props.className ?? 'panel-body no-data'}>No data.</p>
    </Panel>
  );
}
