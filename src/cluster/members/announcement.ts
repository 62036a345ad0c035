import { z } from 'zod';

const text = z.string().min(1).max(200);

/** A change of the lease of an exchange, as Redis sends it to all instances. */
const announcement = z.object({
  exchange: text,
  /** The new owner; null if there is none. */
  instance: text.nullable(),
  /** The fencing number of the new owner, or of the one that has ended. */
  fence: z.number().int().nonnegative(),
  /** True if the former owner has handed the exchange over. */
  isHandover: z.boolean(),
});

export type Announcement = z.infer<typeof announcement>;

/** Null for messages that are not announcements. */
export function parseAnnouncement(message: Buffer): Announcement | null {
  try {
    return announcement.parse(JSON.parse(message.toString()));
  } catch {
    return null;
  }
}
