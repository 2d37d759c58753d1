import type { Format } from '../formats/format.js';
import { isTorchArchive, readTorchCheckpoint } from './read-torch-checkpoint.js';
import { writeTorchCheckpoint } from './write-torch-checkpoint.js';

/** The format of torch.save in PyTorch 1.6 or later: a zip archive with a pickle. */
export const torchFormat = {
  id: 'ckpt',
  title: 'a checkpoint of torch.save',
  extensions: ['.ckpt', '.pt', '.pth'],
  hasSignature: true,
  sniff: ({ zip }) => zip !== undefined && isTorchArchive(zip),
  read: ({ zip }, options) => readTorchCheckpoint(zip!, options),
  write: writeTorchCheckpoint,
} as const satisfies Format;
