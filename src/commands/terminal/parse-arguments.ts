import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean, UsageError } from './usage-error.ts';

/** Parses the arguments of a command. Throws a UsageError for what the command does not know, and for an option without its value. */
export function parseArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const { code = '', message = '' } = error instanceof Error ? toDetails(error) : {};
    const [, option = ''] = /'(?:-\w, )?(--?[^' ]+)/.exec(message) ?? [];
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      throw unknownOption(option, Object.keys(config.options ?? {}));
    }
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      const takesNone = message.includes('does not take an argument');
      throw new UsageError(takesNone ? `${option} takes no value.` : `${option} needs a value.`);
    }
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
      const [, given = ''] = /'(.*)'/.exec(message) ?? [];
      throw new UsageError(`This command takes no arguments, but was given ${given}.`);
    }
    throw error;
  }
}

/** `names` are those of the options that exist, without their hyphens. */
export function unknownOption(option: string, names: readonly string[]): UsageError {
  const known = ['help', ...names].map((name) => `--${name}`);
  // Nearly every name is near to a single letter.
  const nearest = option.startsWith('--') ? didYouMean(option, known) : '';
  return new UsageError(`There is no option ${option}.${nearest}`);
}

function toDetails(error: Error): { readonly code: string; readonly message: string } {
  return { code: 'code' in error ? String(error.code) : '', message: error.message };
}
