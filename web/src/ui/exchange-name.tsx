import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';

/** The name of an exchange. Wherever `sim` appears, it says that its prices are made up. */
export function ExchangeName({ id }: { readonly id: string }) {
  const exchange = useStore(useServices().exchanges.byId)?.get(id);
  return (
    <span className="exchange-name">
      {exchange?.name ?? id}
      {exchange?.simulated && <span className="made-up">made up</span>}
    </span>
  );
}
