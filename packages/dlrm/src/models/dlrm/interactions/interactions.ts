import { cat } from './cat.js';
import { dot, dotWithItself } from './dot.js';
import { keptDot } from './kept-dot.js';
import type { Interaction, InteractionFlags, VectorSizes } from './interaction.js';

/** Every interaction with the flags that ask for it, in the order in which a width is looked up. */
const interactions: readonly { flags: InteractionFlags; interaction: Interaction }[] = [
  { flags: {}, interaction: dot },
  { flags: { archInteractionItself: true }, interaction: dotWithItself },
  { flags: { archInteractionOp: 'cat' }, interaction: cat },
];

/** The interaction that a config asks for. As in the original, `archInteractionItself` says nothing to `cat`. */
export function interactionOf({
  archInteractionOp = 'dot',
  archInteractionItself = false,
  keptFeatures,
}: InteractionFlags & { keptFeatures?: readonly number[] | undefined }): Interaction {
  if (keptFeatures) return keptDot(keptFeatures);
  if (archInteractionOp === 'cat') return cat;
  return archInteractionItself ? dotWithItself : dot;
}

/** The flags of the interaction that gives a width: the first one that fits, those of `dot` where none does. */
export function flagsOfWidth(width: number, sizes: VectorSizes): InteractionFlags {
  return interactions.find(({ interaction }) => interaction.width(sizes) === width)?.flags ?? {};
}

/** Whether a config asks for `dot` without the vectors' products with themselves. */
export function isPlainDot({ archInteractionOp = 'dot', archInteractionItself = false }: InteractionFlags) {
  return archInteractionOp === 'dot' && !archInteractionItself;
}
