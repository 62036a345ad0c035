/** The longest time by which an exchange's answers to calls may lag behind its stream, in ms. */
export const lagMs = 10_000;
