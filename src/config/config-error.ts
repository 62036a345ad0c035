/** A setting that stops the server; its message names the variable and what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
