/** Description of the price of a level or a trade. */
export const priceText = 'In quote currency; in settle currency for coin-settled options.';

/** Description of the amount of a level or a trade. */
export const amountText =
  "In base currency. For contracts, in the exchange's own unit: on most exchanges contracts of contractSize, on some base currency, and on some quote currency for inverse contracts.";
