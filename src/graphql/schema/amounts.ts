/** What is said of the price of a level or a trade. */
export const priceText = 'In quote currency; in settle currency for options that are settled in a coin.';

/** What is said of the amount of a level or a trade. */
export const amountText =
  "In base currency; for contracts in the exchange's own unit: most count contracts of contractSize, some base currency, and some quote currency for inverse contracts.";
