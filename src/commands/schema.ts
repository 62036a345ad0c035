import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema as served } from '../graphql/schema/schema.ts';
import { exitCode, type RunCommand } from './terminal/command.ts';
import { parseArguments } from './terminal/parse-arguments.ts';

/** Prints the schema. */
export const schema: RunCommand = async (args, { out }) => {
  parseArguments({ args: [...args] });
  await out.write(`${printSchema(lexicographicSortSchema(served))}\n`);
  return exitCode.ok;
};
