import { type MarketRef, toKey } from '../../base/market-ref.ts';

/** What can be done with a market of a list. */
export type EditAction = 'up' | 'down' | 'remove';

/** The buttons that change the place of a market in its list. */
export function EditCell(props: {
  readonly market: MarketRef;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onEdit: (action: EditAction) => void;
}) {
  const { market, isFirst, isLast, onEdit } = props;
  const button = (action: EditAction, sign: string, label: string, isDisabled: boolean) => (
    <button
      type="button"
      data-action={action}
      aria-label={`${label} ${toKey(market)}`}
      title={label}
      disabled={isDisabled}
      onClick={() => onEdit(action)}
    >
      {sign}
    </button>
  );
  return (
    <td className="edit">
      {button('up', '↑', 'Move up', isFirst)}
      {button('down', '↓', 'Move down', isLast)}
      {button('remove', '✕', 'Remove', false)}
    </td>
  );
}
