import type { Format } from '../format.js';
import { isTorchArchive, readTorchCheckpoint } from './read-torch-checkpoint.js';
import { writeTorchCheckpoint } from './write-torch-checkpoint.js';

/** What torch.save of PyTorch 1.6 or later writes: a zip archive with a pickle in it. */
export const torchFormat = {
  id: 'ckpt',
  title: 'a checkpoint of torch.save',
  extensions: ['.ckpt', '.pt', '.pth'],
  hasSignature: true,
  sniff: ({ zip }) => zip !== undefined && isTorchArchive(zip),
  read: ({ zip }, options) => readTorchCheckpoint(zip!, options),
  write: writeTorchCheckpoint,
} as const satisfies Format;
