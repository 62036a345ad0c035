/** The maximum time by which answers to calls can lag behind the stream of the exchange, in ms. */
export const lagMs = 10_000;
