/** An invalid setting, with which the server does not start. The message names the variable and the values it accepts. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
