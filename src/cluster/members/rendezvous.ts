import { createHash } from 'node:crypto';

/**
 * Chooses an instance for an exchange by rendezvous hashing: all instances choose the same without asking each other, the
 * exchanges spread evenly, and when an instance comes or goes, only its own exchanges move. Null without instances.
 */
export function chooseInstance(exchange: string, instances: readonly string[]): string | null {
  let chosen: string | null = null;
  let highest = '';
  for (const instance of instances) {
    const score = createHash('sha256').update(`${instance}\n${exchange}`).digest('hex');
    if (chosen === null || score > highest) [chosen, highest] = [instance, score];
  }
  return chosen;
}
