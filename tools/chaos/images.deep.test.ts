import { expect, it } from 'vitest';
import { crashImages } from './images.ts';

/** Only root mounts file systems. In CI, a case that cannot run must fail. */
const mounts = it.skipIf(!process.env.CI && process.getuid?.() !== 0);

mounts('a power cut loses no result that was reported, with --fsync always', async () => {
  const { images, told, lost, broken } = await crashImages(4, 'test');
  expect({ images, lost, broken }).toEqual({ images: 4, lost: 0, broken: [] });
  expect(told).toBeGreaterThan(0);
});

mounts('a power cut loses results with --fsync never', async () => {
  expect((await crashImages(2, 'test', 'never')).lost).toBeGreaterThan(0);
});
