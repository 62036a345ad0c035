import { z } from 'zod';

const lockFile = z.looseObject({ packages: z.record(z.string(), z.looseObject({})) });

/**
 * The lock file without what only development needs. npm installs exactly these versions for users of the package, while
 * it ignores the `overrides` and the lock file of a package.
 */
export function toShrinkwrap(lock: unknown): object {
  const { packages, ...others } = lockFile.parse(lock);
  const kept = Object.entries(packages).flatMap(([folder, each]) => {
    if (each.dev || each.devOptional) return [];
    const { devDependencies: _unused, ...rest } = each;
    return [[folder, folder === '' ? rest : each]];
  });
  return { ...others, packages: Object.fromEntries(kept) };
}
