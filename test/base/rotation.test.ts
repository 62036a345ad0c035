import { expect, test } from 'vitest';
import { Rotation } from '../../src/base/rotation.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

function createRotation() {
  const clock = new ManualClock();
  const visited: string[] = [];
  const rotation = new Rotation<string>({ clock, slots: 3, slotMs: 100, visit: (member) => visited.push(member) });
  return { clock, visited, rotation };
}

test('each member is visited once in a rotation, a part of them at a time', async () => {
  const { clock, visited, rotation } = createRotation();
  for (const member of ['a', 'b', 'c', 'd']) rotation.add(member);
  const turns: string[][] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await clock.advance(100);
    turns.push(visited.splice(0).sort());
  }
  expect(turns.flat().sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(Math.max(...turns.map(({ length }) => length))).toBe(2);
  await clock.advance(300);
  expect(visited.sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('a member that was removed is no longer visited, and the timer ends with the last member', async () => {
  const { clock, visited, rotation } = createRotation();
  rotation.add('a');
  rotation.add('b');
  rotation.remove('a');
  expect(clock.pending).toBe(1);
  await clock.advance(300);
  expect(visited).toEqual(['b']);
  rotation.remove('b');
  expect(clock.pending).toBe(0);
  rotation.add('c');
  await clock.advance(300);
  expect(visited).toEqual(['b', 'c']);
  rotation.stop();
  expect(clock.pending).toBe(0);
});
